// A uPlot chart with a table behind it; colours that survive colour blindness (Okabe and Ito).
import { language, t } from '../i18n.js';
import { number } from '../lib/text.js';
import { hourOrDay } from '../lib/time.js';
import { html, useEffect, useRef } from '../ui.js';
import uPlot from '../../vendor/uplot.js';

const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
const HEIGHT = 180;
const WHOLE = [...Array(13).keys()].flatMap((power) => [1, 2, 5].map((one) => one * 10 ** power)); // steps of an axis: there is no half event

// `series`: [{label, values, bars?}] over `times` (seconds since the epoch), `bucket` seconds apart;
// `stacked` areas stand on each other, while legend and table keep each its own numbers.
export function Chart({ title, times, bucket, series, stacked = false }) {
  const place = useRef(null);
  const shown = series.filter((one) => one.values.some((value) => value));
  useEffect(() => {
    if (!shown.length) return undefined;
    const element = place.current;
    const style = getComputedStyle(element); // the values behind var(): a canvas knows none
    const axis = { stroke: style.color, grid: { stroke: style.borderTopColor, width: 1 }, ticks: { show: false } };
    const edge = shown.some((one) => one.bars) ? bucket / 2 : 0; // the outer bars whole
    const options = {
      width: element.clientWidth,
      height: HEIGHT,
      padding: [8, 24, 0, 0],
      cursor: { y: false },
      legend: { live: true },
      axes: [
        { ...axis, size: 32, values: (_, ticks) => ticks.map((one) => hourOrDay(one, language.value, bucket)) },
        { ...axis, size: 48, incrs: WHOLE },
      ],
      scales: { x: { range: (_, first, last) => [first - edge, last + edge] }, y: { range: (_, low, high) => [Math.min(0, low), Math.max(1, high)] } },
      series: [
        { label: t('time'), value: (_, value) => (value === null ? '–' : hourOrDay(value, language.value, bucket)) },
        ...shown.map((one, index) => ({
          label: one.label,
          value: (_, value, __, at) => (value === null || at === null ? '–' : number(one.values[at], language.value)),
          stroke: COLOURS[index % COLOURS.length],
          fill: one.bars || stacked ? `${COLOURS[index % COLOURS.length]}66` : undefined,
          width: stacked ? 1 : 2,
          paths: one.bars ? uPlot.paths.bars({ size: [0.7, 40] }) : undefined,
          points: { show: !one.bars && !stacked, filter: (plot, line) => alone(plot.data[line]) },
        })),
      ],
      bands: stacked ? shown.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })) : [],
    };
    const heights = stacked ? sums(shown.map((one) => one.values)) : shown.map((one) => one.values);
    const chart = new uPlot(options, [times, ...heights], element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => { observer.disconnect(); chart.destroy(); };
  }, [JSON.stringify([times, shown]), language.value]);

  return html`<figure class="chart" aria-label=${title}>
    ${shown.length ? html`<div class="plot" ref=${place}></div>` : html`<p class="muted">${t('noData')}</p>`}
    ${shown.length > 0 && html`<details><summary class="muted">${t('asTable')}</summary><table>
      <thead><tr><th>${t('time')}</th>${shown.map((one) => html`<th class="number">${one.label}</th>`)}</tr></thead>
      <tbody>${times.map((at, row) => html`<tr><td>${hourOrDay(at, language.value, bucket)}</td>
        ${shown.map((one) => html`<td class="number">${one.values[row] ?? '–'}</td>`)}</tr>`)}</tbody>
    </table></details>`}
  </figure>`;
}

// Each row of values on top of those before it.
function sums(rows) {
  return rows.reduce((all, values) => [...all, values.map((one, at) => one + (all.at(-1)?.[at] ?? 0))], []);
}

// Where a value stands without neighbours, and no line would show it.
function alone(values) {
  return [...values.keys()].filter((at) => values[at] !== null && values[at - 1] == null && values[at + 1] == null);
}

export function WindowSwitch({ value, onChange }) {
  return html`<span class="switch" role="group" aria-label=${t('window')}>
    ${['24h', '7d', '30d'].map((one) => html`<button class="small" aria-pressed=${value === one} onClick=${() => onChange(one)}>${t(one)}</button>`)}
  </span>`;
}

export const secondsOf = (items) => items.map((one) => Date.parse(one.start) / 1000);
