// Rubles for people: the sign ₽ in every language.
import { brief, compact, number } from './text.js';

const KOPEKS = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const inRubles = (format) => (value) => `${value < 0 ? '−' : ''}${format(Math.abs(value))}\u00a0₽`;

// "5 400 ₽", "5 400,50 ₽".
export const rubles = inRubles((value) => number(value, Number.isInteger(value) ? {} : KOPEKS));
export const compactRubles = inRubles(compact); // "12,3 млн ₽"

// Without kopeks: "145 601 ₽".
export const headline = inRubles((value) => brief(value, { maximumFractionDigits: 0 }));

// In rubles: kopeks win over their twin; null where there is none.
export function sumOf(payload, field = 'amount_kopeks') {
  const twin = payload[field.replace(/(_kopeks)?$/, '_rubles')];
  if (isSum(payload[field])) return payload[field] / 100;
  return isSum(twin) ? twin : null;
}

const isSum = (value) => typeof value?.valueOf() === 'number' && Math.abs(value) < 1e17; // more is no money
