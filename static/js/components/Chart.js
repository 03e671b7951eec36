// A uPlot chart: bars for counts, lines for lengths of time; a legend with the window's totals, or with the
// values at the cursor and under the finger; a table behind it.
import { language, t } from '../i18n.js';
import { middle, number } from '../lib/text.js';
import { bucketName, bucketWhole, milliseconds } from '../lib/time.js';
import { theme } from '../theme.js';
import { html, useEffect, useRef, useState } from '../ui.js';
import { insist } from './Lazy.js';

const LABEL = 28; // signs
const GAP = 8; // between an axis and its labels
const WHOLE = [...Array(16).keys()].flatMap((power) => [1, 2, 5].map((one) => one * 10 ** power)); // there is no half event

let uPlot = null; // loaded for the first chart: nothing else of the page is as large
const loadPlot = async () => { uPlot ??= (await insist(() => import('../../vendor/uplot.js'))).default; };

const compact = (value) => number(value, language.value, { notation: 'compact', maximumFractionDigits: 1 });
const whole = (value) => number(value, language.value);

// `series`: [{label, values, colour}] over `times` (seconds since the epoch), `bucket` seconds apart; the
// colour is a class of css/dashboard.css. Bars stand on each other; `lines` do not. `format` and `short` make
// texts of a value, for reading and for the axis; `note` tells of the whole window.
export function Chart({ title, times, bucket, series, lines = false, format = whole, short = compact, note }) {
  const figure = useRef(null);
  const [at, setAt] = useState(null); // the bucket at the cursor
  const [isReady, setReady] = useState(uPlot !== null);
  const shown = series.filter((one) => one.values.some((value) => value));
  useEffect(() => { if (shown.length && !isReady) loadPlot().then(() => setReady(true)); }, [shown.length]);
  useEffect(() => {
    if (!shown.length || !isReady) return undefined;
    const place = figure.current.querySelector('.plot');
    const chart = new uPlot(optionsOf(place, { shown, times, bucket, lines, short, setAt }), dataOf(shown, times, lines), place);
    // A finger has no hover: where it lies or moves is the cursor.
    const point = (event) => chart.setCursor({ left: event.offsetX, top: event.offsetY });
    for (const kind of ['pointerdown', 'pointermove']) chart.over.addEventListener(kind, point);
    const observer = new ResizeObserver(() => chart.setSize(sizeOf(place)));
    observer.observe(place);
    return () => { observer.disconnect(); chart.destroy(); setAt(null); };
  }, [isReady, JSON.stringify([times, shown]), language.value, theme.value]);

  if (!shown.length) return html`<p class="muted no-data">${note ?? t('noData')}</p>`;
  const value = ({ values }) => valueOf(values, at, lines);
  return html`<figure class="chart" aria-label=${title} ref=${figure}>
    <ul class="legend plain"><li class="at">${at === null ? note ?? t('inAll') : bucketWhole(times[at], language.value, bucket)}
      ${at === times.length - 1 && ` · ${t('running')}`}</li>${shown.map((one) => html`<li key=${one.label}><i class="swatch ${one.colour}"></i>
      <span title=${one.label}>${middle(one.label, LABEL)}</span> <strong>${value(one) === null ? '–' : format(value(one))}</strong></li>`)}</ul>
    <div class="plot"></div>
    <details><summary class="muted">${t('asTable')}</summary><table>
      <thead><tr><th>${t('time')}</th>${shown.map((one) => html`<th class="number">${one.label}</th>`)}</tr></thead>
      <tbody>${times.map((time, row) => html`<tr><td>${bucketWhole(time, language.value, bucket)}</td>
        ${shown.map((one) => html`<td class="number">${one.values[row] === null ? '–' : format(one.values[row])}</td>`)}</tr>`)}</tbody>
    </table></details>
  </figure>`;
}

const sizeOf = ({ clientWidth: width, clientHeight: height }) => ({ width, height });

// At the cursor; else of the whole window: the sum of counts, the last known length of time.
function valueOf(values, at, lines) {
  if (at !== null) return values[at];
  return lines ? values.findLast((one) => one !== null) ?? null : values.reduce((sum, one) => sum + one, 0);
}

// Bars are drawn from the tallest on, each with what stands below it: the last is in front.
function dataOf(shown, times, lines) {
  const rows = shown.map((one) => one.values);
  if (lines) return [times, ...rows];
  const heights = rows.reduce((all, values) => [...all, values.map((one, at) => one + (all.at(-1)?.[at] ?? 0))], []);
  return [times, ...heights.toReversed()];
}

function optionsOf(place, { shown, times, bucket, lines, short, setAt }) {
  const { color, borderTopColor: border, font } = getComputedStyle(place); // a canvas knows no var()
  const swatches = [...place.parentElement.querySelectorAll('.swatch')].map((one) => getComputedStyle(one).backgroundColor);
  const axis = { stroke: color, font, gap: GAP, grid: { stroke: border, width: 1 }, ticks: { show: false } };
  const edge = lines ? 0 : bucket / 2; // the outer bars whole
  const look = (stroke) => (lines
    ? { stroke, width: 2, points: { show: true, size: 4, fill: stroke, filter: (plot, line) => alone(plot.data[line]) } }
    : { fill: stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.72, 40], radius: [0.1, 0] }) });
  return {
    ...sizeOf(place),
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false }, points: { show: lines } },
    hooks: {
      setCursor: [({ cursor }) => setAt(cursor.left < 0 ? null : cursor.idx)],
      drawClear: [(plot) => markRunning(plot, times.at(-1) - edge, border)],
    },
    axes: [
      { ...axis, size: 28, space: 64, grid: { show: false }, values: (_, ticks) => ticks.map((one) => bucketName(one, language.value, bucket)) },
      { ...axis, size: widest, incrs: WHOLE, values: (_, ticks) => ticks.map(short) },
    ],
    scales: {
      x: { range: (_, first, last) => [first - edge, last + edge] },
      y: { range: (_, low, high) => [0, Math.max(1, high) * 1.05] },
    },
    series: [{}, ...(lines ? swatches : swatches.toReversed()).map(look)],
  };
}

// As wide as its widest label; uPlot asks until it stays.
function widest(plot, labels, index, round) {
  const axis = plot.axes[index];
  if (round > 1) return axis._size;
  [plot.ctx.font] = axis.font;
  const widths = (labels ?? []).map((one) => plot.ctx.measureText(one).width / devicePixelRatio);
  return Math.ceil(GAP + 4 + Math.max(0, ...widths));
}

// The last bucket goes on: it stands on a ground of its own.
function markRunning(plot, since, colour) {
  const { left, top, width, height } = plot.bbox;
  const from = Math.max(left, plot.valToPos(since, 'x', true));
  plot.ctx.fillStyle = colour;
  plot.ctx.globalAlpha = 0.5;
  plot.ctx.fillRect(from, top, left + width - from, height);
  plot.ctx.globalAlpha = 1;
}

// Where a value stands without neighbours, and no line would show it.
function alone(values) {
  return [...values.keys()].filter((at) => values[at] !== null && values[at - 1] == null && values[at + 1] == null);
}

export const WINDOWS = ['24h', '7d', '30d'];

export function WindowSwitch({ value, onChange }) {
  return html`<span class="switch" role="group" aria-label=${t('window')}>
    ${WINDOWS.map((one) => html`<button class="small" aria-pressed=${value === one} onClick=${() => onChange(one)}>${t(one)}</button>`)}
  </span>`;
}

// How many attempts succeeded, and how long 95 of 100 took at most.
export function Attempts({ of: { success, failed, p95_ms: p95 } }) {
  const rate = success + failed ? `${number(Math.floor((success / (success + failed)) * 1000) / 10, language.value)} %` : '—';
  return html`<span class="muted" title=${t('ofAttemptsHint')}><strong>${rate}</strong> ${t('ofAttempts')} · p95 ${p95 === null ? '—' : `≈ ${milliseconds(p95, language.value)}`}</span>`;
}

export const secondsOf = (items) => items.map((one) => Date.parse(one.start) / 1000);
