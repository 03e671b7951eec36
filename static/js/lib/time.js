// Times for people, in the browser's zone; `now` is passed in.

const UNITS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]];

export function clock(timestamp, language) {
  return new Date(timestamp).toLocaleTimeString(language);
}

export function moment(timestamp, language) {
  return new Date(timestamp).toLocaleString(language);
}

// "2 min. ago", "in 5 min."; moments around now are "now".
export function relative(timestamp, language, now = Date.now()) {
  const passed = new Date(timestamp) - now;
  const [unit, size] = UNITS.find(([, one]) => Math.abs(passed) >= one) ?? ['second', 1_000];
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  return format.format(Math.trunc(passed / size), unit);
}

// "3 min": a length of time in its largest whole unit.
export function span(ms, language) {
  const [unit, size] = UNITS.find(([, one]) => ms >= one) ?? UNITS.at(-1);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(Math.round(ms / size));
}

export function milliseconds(value, language) {
  return new Intl.NumberFormat(language, { style: 'unit', unit: 'millisecond' }).format(value);
}

export function hourOrDay(seconds, language, bucket) {
  const options = bucket >= 86_400 ? { day: '2-digit', month: '2-digit' } : { hour: '2-digit', minute: '2-digit' };
  return new Date(seconds * 1000).toLocaleString(language, options);
}
