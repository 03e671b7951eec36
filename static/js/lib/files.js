// Files for the reader to keep.
import { language } from '../i18n.js';
import { plain } from './sentence.js';

const BOM = '\ufeff'; // Excel takes it for UTF-8 only so
const FORMULA = /^[=+\-@\t\r]/; // a text that a spreadsheet would run

export function save(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // a phone asks where to first
}

// RFC 4180, with a column for every field of any row.
export function csv(rows) {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const between = language.value === 'ru' ? ';' : ','; // where the decimal sign is a comma
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return BOM + lines.map((line) => line.map(cell).join(between)).join('\r\n');
}

function cell(value) {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : plain(value);
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
