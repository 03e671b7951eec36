// The texts of the page in the language of its reader; only that one is loaded.
import { signal } from './ui.js';

const KEPT = 'bedolaga.language';
const texts = {};

export const language = signal('ru');

// The text for a key; `{name}` in it is replaced by `values.name`. Plural forms come as they are.
export function t(key, values = {}) {
  const text = texts[language.value][key] ?? key;
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}

export async function setLanguage(chosen) {
  await show(chosen);
  localStorage.setItem(KEPT, chosen);
}

async function show(chosen) {
  texts[chosen] ??= await (await fetch(new URL(`locales/${chosen}.json`, import.meta.url))).json();
  language.value = chosen;
  document.documentElement.lang = chosen;
}

await show(localStorage.getItem(KEPT) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en'));
