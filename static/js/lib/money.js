// Rubles for people: the sign ₽ in every language.
import { number } from './text.js';

const FROM_MILLIONS = 1e7; // a headline has no room for more digits

const signed = (value, text) => `${value < 0 ? '−' : ''}${text}\u00a0₽`;

// "5 400 ₽", "5 400,50 ₽".
export function rubles(value, language) {
  const digits = Number.isInteger(value) ? {} : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return signed(value, number(Math.abs(value), language, digits));
}

// Without kopeks: "145 601 ₽", "12,3 млн ₽".
export function headline(value, language) {
  const notation = Math.abs(value) < FROM_MILLIONS ? { maximumFractionDigits: 0 } : COMPACT;
  return signed(value, number(Math.abs(value), language, notation));
}

export const compactRubles = (value, language) => signed(value, number(Math.abs(value), language, COMPACT));

const COMPACT = { notation: 'compact', maximumFractionDigits: 1 };

// A sum of a payload in rubles: kopeks win over their twin; null where there is none.
export function sumOf(payload, field = 'amount_kopeks') {
  const twin = payload[field.replace(/(_kopeks)?$/, '_rubles')];
  if (isSum(payload[field])) return payload[field] / 100;
  return isSum(twin) ? twin : null;
}

const isSum = (value) => typeof value === 'number' && Math.abs(value) < 1e17; // more is no money
