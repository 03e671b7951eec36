// Texts cut and counted, numbers in the reader's language.
import { language } from '../i18n.js';

// Its host stays whole.
export function shortUrl(url, longest = 48) {
  if (url.length <= longest) return url;
  const host = url.match(/^https?:\/\/[^/]+\/?/)?.[0] ?? '';
  return `${host}…${url.slice(-Math.max(8, longest - host.length - 1))}`;
}

const formats = new Map(); // one costs more to make than a thousand numbers

export function number(value, options = {}) {
  const key = language.value + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language.value, options));
  return formats.get(key).format(value);
}

export const compact = (value, options) => number(value, { ...options, notation: 'compact', maximumFractionDigits: 1 });
// A headline has no room for more digits.
export const brief = (value, options) => (Math.abs(value) < 1e7 ? number : compact)(value, options);
export const measure = (value, unit, more) => number(value, { style: 'unit', unit, ...more });

const formOf = (count) => new Intl.PluralRules(language.value).select(count);

// In the forms that a language has: {one, few, many, other}.
export const plural = (count, forms) => (forms[formOf(count)] ?? forms.other).replace('{count}', number(count));

// In the forms of a template: [день, дня, дней] or [day, days].
export function counted(count, forms) {
  const at = { one: 0, many: 2 }[formOf(Math.abs(count))] ?? 1;
  return `${number(count, { useGrouping: false })} ${forms[at]}`;
}

// Cut in its middle: how it begins and how it ends tells most.
export function middle(text, longest = 48) {
  const signs = [...text];
  if (signs.length <= longest) return text;
  const half = longest >> 1;
  return `${signs.slice(0, half).join('')}…${signs.slice(1 - half).join('')}`;
}

// Whether there is anything to read in it.
export const isSeen = (text) => /[^\p{C}\p{Z}\p{DI}\u2800]/u.test(text ?? '');

const escaped = (one) => `\\u${one.charCodeAt().toString(16).padStart(4, '0')}`;

// What would turn the reading direction around (Unicode UAX 9), and what nobody sees, is shown, not obeyed.
export const legible = (text) =>
  isSeen(text) || !text.trim()
    ? text.replace(/(?![\t\n\r])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, escaped)
    : text.replace(/./gs, escaped);

// In a line of a page: accents that climb into the lines around it end with the fourth.
export const inLine = (text) => legible(text).replace(/(\p{M}{4})\p{M}+/gu, '$1');

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

export function bytes(value) {
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return measure(value / 1000 ** power, SIZES[power], { maximumFractionDigits: 1 });
}
