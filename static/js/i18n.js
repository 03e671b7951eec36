// The texts of the page in the language of its reader.
import en from './locales/en.js';
import ru from './locales/ru.js';
import { signal } from './ui.js';

const texts = { ru, en };
const KEPT = 'bedolaga.language';

export const language = signal(
  localStorage.getItem(KEPT) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en'),
);

// The text for a key; `{name}` in it is replaced by `values.name`. Plural forms come as they are.
export function t(key, values = {}) {
  const text = texts[language.value][key] ?? key;
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}

export function setLanguage(chosen) {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

document.documentElement.lang = language.value;
