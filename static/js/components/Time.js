// A moment: relative in lists, absolute on hover; or a clock.
import { language } from '../i18n.js';
import { clock, moment, relative } from '../lib/time.js';
import { now } from '../known.js';
import { html } from '../ui.js';

export function Time({ at, as = 'relative' }) {
  if (!at) return '–';
  const text =
    as === 'clock'
      ? clock(at, language.value)
      : as === 'moment'
        ? moment(at, language.value)
        : relative(at, language.value, now.value);
  return html`<time datetime=${at} title=${moment(at, language.value)}>${text}</time>`;
}
