// A chart: bars for counts, lines for lengths of time; a legend with the window's totals, or with the values
// at the cursor and under the finger; a table behind it.
import { language, t } from '../i18n.js';
import { compact, middle, number } from '../lib/text.js';
import { bucketWhole, milliseconds } from '../lib/time.js';
import { theme } from '../theme.js';
import { html, useEffect, useRef, useState } from '../ui.js';
import { insist } from './Lazy.js';

const LABEL = 28; // signs

let plotOf = null; // comes with the first chart: nothing else of the page is as large
const loadPlot = async () => {
  plotOf ??= (await insist(() => import('../plot.js'))).plotOf;
};

// `series`: [{label, values, colour}] over `times` (seconds since the epoch), `bucket` seconds apart; the
// colour is a class of css/dashboard.css. Bars stand on each other; `lines` do not. `format` and `short` make
// texts of a value, for reading and for the axis; `note` tells of the whole window.
export function Chart({ title, times, bucket, series, lines = false, format = number, short = compact, note }) {
  const figure = useRef(null);
  const [at, setAt] = useState(null); // the bucket at the cursor
  const [isReady, setReady] = useState(plotOf !== null);
  const shown = series.filter((one) => one.values.some((value) => value));
  useEffect(() => {
    if (shown.length && !isReady) loadPlot().then(() => setReady(true));
  }, [shown.length]);
  useEffect(() => {
    if (!shown.length || !isReady) return undefined;
    const rows = shown.map((one) => one.values);
    const stop = plotOf(figure.current, { rows, times, bucket, lines, short, onCursor: setAt });
    return () => {
      stop();
      setAt(null);
    };
  }, [isReady, JSON.stringify([times, shown]), language.value, theme.value]);

  if (!shown.length) return html`<p class="muted no-data">${note ?? t('noData')}</p>`;
  const written = (value) => (value === null ? '–' : format(value));
  const when = (time) => bucketWhole(time, bucket);
  return html`<figure class="chart" aria-label=${title} ref=${figure}>
    <ul class="legend plain">
      <li class="at">${at === null ? (note ?? t('inAll')) : when(times[at])}
        ${at === times.length - 1 && ` · ${t('running')}`}</li>
      ${shown.map(
        ({ label, colour, values }) => html`<li key=${label}><i class="swatch ${colour}"></i>
        <span title=${label}>${middle(label, LABEL)}</span>${' '}
        <strong>${written(valueOf(values, at, lines))}</strong></li>`,
      )}
    </ul>
    <div class="plot"></div>
    <details><summary class="muted">${t('asTable')}</summary><table>
      <thead><tr><th>${t('time')}</th>${shown.map((one) => html`<th class="number">${one.label}</th>`)}</tr></thead>
      <tbody>${times.map(
        (time, row) => html`<tr><td>${when(time)}</td>
        ${shown.map((one) => html`<td class="number">${written(one.values[row])}</td>`)}</tr>`,
      )}</tbody>
    </table></details>
  </figure>`;
}

// At the cursor; else of the whole window: the sum of counts, the last known length of time.
function valueOf(values, at, lines) {
  if (at !== null) return values[at];
  return lines ? (values.findLast((one) => one !== null) ?? null) : values.reduce((sum, one) => sum + one, 0);
}

export const WINDOWS = ['24h', '7d', '30d'];

export function WindowSwitch({ value, onChange }) {
  return html`<span class="switch" role="group" aria-label=${t('window')}>${WINDOWS.map(
    (one) => html`
    <button class="small" aria-pressed=${value === one} onClick=${() => onChange(one)}>${t(one)}</button>`,
  )}
  </span>`;
}

// How many attempts succeeded, and how long 95 of 100 took at most: never 100 % beside a failure.
export function Attempts({ of: { success, failed, p95_ms: p95 } }) {
  const share = success / (success + failed);
  const rate = Number.isNaN(share) ? '—' : `${number(Math.floor(share * 1000) / 10)} %`;
  const time = p95 === null ? '—' : `≈ ${milliseconds(p95)}`;
  return html`<span class="muted" title=${t('ofAttemptsHint')}>
    <strong>${rate}</strong> ${t('ofAttempts')} · p95 ${time}</span>`;
}

export const secondsOf = (items) => items.map((one) => Date.parse(one.start) / 1000);
