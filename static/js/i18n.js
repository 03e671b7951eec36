// The texts of the page in the language of its reader.
import { signal } from './ui.js';
import en from './locales/en.js';
import ru from './locales/ru.js';

const texts = { ru, en };
const KEPT = 'bedolaga.language';

export const language = signal(
  localStorage.getItem(KEPT) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en'),
);

// The text for a key; `{name}` in it is replaced by `values.name`.
export function t(key, values = {}) {
  const text = texts[language.value][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function setLanguage(chosen) {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

document.documentElement.lang = language.value;
