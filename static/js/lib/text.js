// Texts cut and counted.

// A URL with its host intact and its middle left out.
export function shortUrl(url, longest = 48) {
  if (url.length <= longest) return url;
  const host = url.match(/^https?:\/\/[^/]+\/?/)?.[0] ?? '';
  const tail = Math.max(8, longest - host.length - 1);
  return `${host}…${url.slice(-tail)}`;
}

export function number(value, language) {
  return new Intl.NumberFormat(language).format(value);
}

// "12 new users" in the forms that a language has: {one, few, many, other}.
export function plural(count, forms, language) {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return form.replace('{count}', number(count, language));
}

export function bytes(value, language) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const format = new Intl.NumberFormat(language, { style: 'unit', unit: units[power], maximumFractionDigits: 1 });
  return format.format(value / 1000 ** power);
}
