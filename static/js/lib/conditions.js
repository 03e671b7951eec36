// A webhook's filter: conditions as the contract has them, and what stands in the rows of a form.
import { parse } from './json.js';

export const OPS = 'eq ne gt gte lt lte in not_in contains starts_with exists missing'.split(' ');
export const BARE = ['exists', 'missing']; // compare with nothing
const LISTS = ['in', 'not_in'];

// Null where there are none; what is half written is none yet. `isText` says of a field whether its values are
// texts, so that «007» stays one.
export function conditionsOf(form, isText) {
  const [fields, ops, texts] = ['field', 'op', 'value'].map((name) =>
    form.getAll(`filter.${name}`).map((one) => one.trim()),
  );
  const rows = fields.map((field, at) => ({ field, op: ops[at], text: texts[at] }));
  const whole = rows.filter(({ field, op, text }) => field && (text || BARE.includes(op)));
  return whole.length > 0 ? whole.map((row) => conditionOf(row, isText(row.field))) : null;
}

function conditionOf({ field, op, text }, isText) {
  if (BARE.includes(op)) return { field, op };
  const read = (one) => (isText ? one : readable(one));
  if (!LISTS.includes(op)) return { field, op, value: read(text) };
  return { field, op, value: text.startsWith('[') ? readable(text) : text.split(',').map((one) => read(one.trim())) };
}

// A value as a person writes it.
export function written({ value, op }, isText) {
  if (value === undefined || BARE.includes(op)) return '';
  const isList = Array.isArray(value) && value.every((one) => isPlain(one, isText) && !String(one).includes(','));
  if (isList) return value.join(', ');
  return isPlain(value, isText) ? String(value) : JSON.stringify(value);
}

// Whether it reads back as it is without quotation marks.
function isPlain(value, isText) {
  if (typeof value !== 'string') return !isText && !Array.isArray(value);
  return value === value.trim() && value !== '' && !value.startsWith('[') && (isText || readable(value) === value);
}

function readable(text) {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
