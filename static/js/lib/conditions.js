// A webhook's filter as text, one condition a line: amount_kopeks gte 100000
const LISTS = ['in', 'not_in'];

export function textOf(conditions) {
  return (conditions ?? []).map((one) => ['field', 'op', 'value'].filter((name) => name in one)
    .map((name) => (name === 'value' ? written(one.value) : one[name])).join(' ')).join('\n');
}

// The conditions of a text, or null where it has none.
export function conditionsOf(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  return lines.length > 0 ? lines.map(conditionOf) : null;
}

function conditionOf(line) {
  const [, field, op = '', value] = line.match(/^(\S+)\s*(\S+)?\s*(.*)$/);
  if (value === '') return { field, op };
  const read = readable(value);
  const isBareList = LISTS.includes(op) && !Array.isArray(read);
  return { field, op, value: isBareList ? value.split(',').map((one) => readable(one.trim())) : read };
}

// What is no JSON is a text as it stands.
function readable(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function written(value) {
  const isPlain = typeof value === 'string' && value === value.trim() && value !== '' && !value.includes('\n') && readable(value) === value;
  return isPlain ? value : JSON.stringify(value);
}
