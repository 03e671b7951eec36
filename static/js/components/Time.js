// A moment: relative in lists, absolute on hover; or a clock.
import { clock, moment, relative } from '../lib/time.js';
import { now } from '../known.js';
import { html } from '../ui.js';

export function Time({ at, as = 'relative' }) {
  if (!at) return '–';
  const text = as === 'clock' ? clock(at) : as === 'moment' ? moment(at) : relative(at, now.value);
  return html`<time datetime=${at} title=${moment(at)}>${text}</time>`;
}
