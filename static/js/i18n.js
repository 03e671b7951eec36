// The texts of the page in the language of its reader; only that one is loaded.
import { apiClient } from './client.js';
import { persist } from './lib/persist.js';
import { translator } from './lib/said.js';
import { device } from './lib/storage.js';
import { signal } from './ui.js';

const KEPT = 'bedolaga.language';
const LANGUAGES = ['ru', 'en'];
const texts = {};
const sentences = signal({}); // of the server, by language: how each is said

export const language = signal('ru');

// The text for a key; `{name}` in it is replaced by `values.name`. Plural forms come as they are.
export function t(key, values = {}) {
  const text = texts[language.value][key] ?? key;
  return typeof text === 'string' ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}

// A value of an open list (a payment's method, a ticket's status) by its name; unknown ones as they are.
export function word(kind, value) {
  return texts[language.value][`${kind}.${value}`] ?? value;
}

// A sentence of the server in the reader's language; one that has no translation stays as it is.
export const said = (sentence) => sentences.value[language.value]?.(sentence) ?? sentence;

export async function setLanguage(chosen) {
  await show(chosen);
  device.set(KEPT, chosen);
}

const get = (name) => apiClient.request('GET', `/js/locales/${name}`, { token: null });

async function learn(chosen) {
  const found = await persist(() => get(`${chosen}.said.json`));
  sentences.value = { ...sentences.value, [chosen]: translator(found).said };
}

async function show(chosen) {
  if (!texts[chosen]) {
    texts[chosen] = await get(`${chosen}.json`);
    learn(chosen); // without waiting: more than half of all words, and nothing was said yet
  }
  language.value = chosen;
  document.documentElement.lang = chosen;
}

const browsers = navigator.language?.startsWith('ru') ? 'ru' : 'en';
await persist(() => show(LANGUAGES.find((one) => one === device.get(KEPT)) ?? browsers));
