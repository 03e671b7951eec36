// The texts of the page in the language of its reader; only that one is loaded.
import { apiClient } from './client.js';
import { persist } from './lib/persist.js';
import { translator } from './lib/said.js';
import { device } from './lib/storage.js';
import { inLine } from './lib/text.js';
import { signal } from './ui.js';

const KEPT = 'bedolaga.language';
const texts = {};
const sentences = signal({}); // by language: how each is said

export const language = signal('ru');

// `{name}` in a text is replaced by `values.name`, whoever chose it; plural forms come as they are.
export function t(key, values = {}) {
  const text = texts[language.value][key] ?? key;
  return typeof text === 'string'
    ? text.replace(/\{(\w+)\}/g, (all, name) => inLine(String(values[name] ?? all)))
    : text;
}

// A value of an open list: a payment's method, a ticket's status.
export const word = (kind, value) => texts[language.value][`${kind}.${value}`] ?? value;

// A sentence of the server, or of the page about it; one without translation stays as it is.
export function said(sentence) {
  if (sentence) learn();
  return sentences.value[language.value]?.(sentence) ?? sentence;
}

// How the server's sentences are said: more than half of all words, and the first view seldom has one.
const learned = new Set();
export async function learn() {
  const chosen = language.value;
  if (learned.has(chosen)) return;
  learned.add(chosen);
  const found = await persist(() => get(`${chosen}.said`));
  know(chosen, found);
}

// What the page says where no server answers came with its texts: nothing else will.
function know(chosen, found) {
  sentences.value = { ...sentences.value, [chosen]: translator({ ...texts[chosen].said, ...found }).said };
}

export const helpAt = (page, section) => `help/${language.value === 'ru' ? 'ru/' : ''}${page}.html#${section}`;

export async function setLanguage(chosen) {
  await show(chosen);
  device.set(KEPT, chosen);
}

const get = (name) => apiClient.request('GET', `/js/locales/${name}.json`, { token: null });

async function show(chosen) {
  if (!texts[chosen]) {
    texts[chosen] = await get(chosen);
    know(chosen, {});
  }
  language.value = chosen;
  document.documentElement.lang = chosen;
}

await persist(() => show(document.documentElement.lang)); // as early.js chose
