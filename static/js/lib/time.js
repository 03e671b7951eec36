// Times for people, in the browser's zone and the reader's language; `now` is passed in.
import { language } from '../i18n.js';
import { measure } from './text.js';

const DAY = 86_400; // seconds
const UNITS = Object.entries({ day: DAY * 1000, hour: 3_600_000, minute: 60_000, second: 1_000 }); // ms
const DAYLONG = { hourCycle: 'h23' }; // everywhere alike, as lists have it
const MINUTE = { hour: '2-digit', minute: '2-digit' };
const WHOLE = { dateStyle: 'medium', timeStyle: 'medium' };
const DATE = { day: 'numeric', month: 'short' };

export const moment = (time, options = /** @type {any} */ (WHOLE)) =>
  new Date(time).toLocaleString(language.value, { ...DAYLONG, ...options });
export const clock = (time, options) => new Date(time).toLocaleTimeString(language.value, { ...DAYLONG, ...options });
export const minute = (time) => clock(time, MINUTE);
export const milliseconds = (value) => measure(value, 'millisecond');

const unitOf = (ms) => UNITS.find(([, size]) => Math.abs(ms) >= size) ?? UNITS.at(-1);
const toNow = (passed, unit, style) =>
  new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style }).format(passed, unit);

// "2 min. ago", "in 5 min.", "now".
export function relative(time, now) {
  const passed = +new Date(time) - now;
  const [unit, size] = unitOf(passed);
  return toNow(Math.trunc(passed / size), unit, 'short');
}

// "3 min".
export function span(ms) {
  const [unit, size] = unitOf(ms);
  return measure(Math.round(ms / size), unit);
}

// A bucket of a chart by its start: on the axis, and in full where one is looked at.
export const bucketName = (seconds, bucket) => moment(seconds * 1000, bucket >= DAY / 4 ? DATE : MINUTE);
export const bucketWhole = (seconds, bucket) =>
  moment(seconds * 1000, { weekday: 'short', ...DATE, ...(bucket < DAY && MINUTE) });

export function dateOf(date, now) {
  const [year, thisYear] = [date, now].map((one) => new Date(one).getFullYear());
  return moment(date, { day: 'numeric', month: 'long', ...(year !== thisYear && { year: 'numeric' }) });
}

// "Today", "Yesterday", "3 November".
export function dayName(date, now) {
  const [day, today] = [date, now].map((one) => new Date(one).setHours(0, 0, 0, 0));
  const passed = Math.round((today - day) / (DAY * 1000)); // a day may have 23 hours
  if (passed > 1 || passed < 0) return dateOf(date, now);
  const name = toNow(-passed, 'day');
  return name[0].toUpperCase() + name.slice(1);
}
