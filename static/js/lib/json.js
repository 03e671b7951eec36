// JSON with its numbers as they were written: beyond 2^53 a double is another one (RFC 8259, section 6).
const LONG = /\d{16}|\de\+?\d/i; // worth a closer look

export const parse = (text) => JSON.parse(text, LONG.test(text) && JSON.rawJSON ? exact : undefined);

// Counts as what it is near to; is written as it was.
function exact(_, value, { source }) {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return Object.assign(Object(value), { toString: () => source, toJSON: () => JSON.rawJSON(source) });
}
