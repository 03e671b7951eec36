// Texts cut and counted.

// A URL with its host intact and its middle left out.
export function shortUrl(url, longest = 48) {
  if (url.length <= longest) return url;
  const host = url.match(/^https?:\/\/[^/]+\/?/)?.[0] ?? '';
  const tail = Math.max(8, longest - host.length - 1);
  return `${host}…${url.slice(-tail)}`;
}

const formats = new Map(); // one costs more to make than a thousand numbers

export function number(value, language, options = {}) {
  const key = language + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, options));
  return formats.get(key).format(value);
}

// "12 new users" in the forms that a language has: {one, few, many, other}.
export function plural(count, forms, language) {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return form.replace('{count}', number(count, language));
}

// The same with the forms of a template: [день, дня, дней] or [day, days].
export function counted(count, forms, language) {
  const form = { one: 0, many: 2 }[new Intl.PluralRules(language).select(Math.abs(count))] ?? 1;
  return `${number(count, language, { useGrouping: false })} ${forms[form]}`;
}

// Cut in its middle: how it begins and how it ends tells most.
export function middle(text, longest = 48) {
  const signs = [...text];
  if (signs.length <= longest) return text;
  const half = longest >> 1;
  return `${signs.slice(0, half).join('')}…${signs.slice(1 - half).join('')}`;
}

// What would turn the reading direction around (Unicode UAX 9) is shown, not obeyed.
export function legible(text) {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (one) => `\\u${one.charCodeAt().toString(16)}`);
}

// A name inside of a sentence: its own direction is its own matter.
export const isolated = (text) => `\u2068${legible(text)}\u2069`;

export function bytes(value, language) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const format = new Intl.NumberFormat(language, { style: 'unit', unit: units[power], maximumFractionDigits: 1 });
  return format.format(value / 1000 ** power);
}
