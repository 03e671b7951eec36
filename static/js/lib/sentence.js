// The catalogue's sentence for an event, as chats have it (packs/builtin.toml says what a template knows).
import { rubles, sumOf } from './money.js';
import { counted, isSeen } from './text.js';

export const SUM = /\{(\w+):₽\}/g;

export function sentence(template, payload) {
  const parts = template.split(/\[([^\]]*)\]/); // what stands outside of brackets and inside in turn
  return parts
    .map((part, at) => filled(part, payload, at % 2))
    .join('')
    .trim();
}

function filled(part, payload, isOptional) {
  let isWhole = true;
  const text = part.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, form) => {
    const value = inWords(payload, name, form);
    isWhole &&= isSeen(value);
    return value;
  });
  return isOptional && !isWhole ? '' : text;
}

function inWords(payload, name, form) {
  const value = payload[name];
  if (!form) return plain(value);
  if (form !== '₽') return typeof value?.valueOf() === 'number' ? counted(value, form.split('|')) : '';
  const sum = sumOf(payload, name);
  return sum === null ? '' : rubles(sum);
}

export function plain(value) {
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return typeof value === 'object' && value ? JSON.stringify(value) : String(value ?? '');
}
