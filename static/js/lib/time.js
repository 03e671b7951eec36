// Times for people, in the browser's zone; `now` is passed in.

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];
const MINUTE = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

export function clock(timestamp, language, options) {
  return new Date(timestamp).toLocaleTimeString(language, options);
}

export const minute = (timestamp, language) => clock(timestamp, language, MINUTE);

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

const DAY = 86_400; // seconds

// A bucket of a chart by its start: on the axis, and in full where one is looked at.
export function bucketName(seconds, language, bucket) {
  const options = bucket >= DAY / 4 ? { day: 'numeric', month: 'short' } : MINUTE;
  return new Date(seconds * 1000).toLocaleString(language, options);
}

export function bucketWhole(seconds, language, bucket) {
  const hours = bucket >= DAY ? {} : MINUTE;
  const options = { weekday: 'short', day: 'numeric', month: 'short', ...hours };
  return new Date(seconds * 1000).toLocaleString(language, options);
}

export function dateOf(date, language, now) {
  const year = new Date(date).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return new Date(date).toLocaleDateString(language, { day: 'numeric', month: 'long', year });
}

// "Today", "Yesterday", "3 November": the heading over what happened on a day.
export function dayName(date, language, now) {
  const passed = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  if (passed > 1 || passed < 0) return dateOf(date, language, now);
  const name = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-passed, 'day');
  return name[0].toUpperCase() + name.slice(1);
}
