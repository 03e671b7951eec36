// Files for the reader to keep.
import { language } from '../i18n.js';
import { plain } from './sentence.js';

const BOM = '\ufeff'; // Excel takes it for UTF-8 only so
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/; // a spreadsheet would run it

const isRussian = () => language.value === 'ru'; // the decimal sign is a comma there

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
  const between = isRussian() ? ';' : ',';
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return BOM + lines.map((line) => line.map(cell).join(between)).join('\r\n');
}

function cell(value) {
  const text = plain(value);
  const isNumber = typeof value?.valueOf() === 'number';
  const safe = isNumber ? text.replace('.', isRussian() ? ',' : '.') : text.replace(FORMULA, "'$&");
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
