// A chart: bars for counts, lines for lengths of time; a legend with totals, or with what is pointed at; a table.
import { language } from '../i18n.js';
import { theme } from '../theme.js';
import { insist } from './Lazy.js';
import {
  bucketWhole,
  compact,
  html,
  middle,
  milliseconds,
  number,
  Switch,
  t,
  useEffect,
  useRef,
  useState,
} from './parts.js';

const LABEL = 28; // signs

// `of`: {items, bucket_seconds}, a series of the server; `series`: [{label, values, colour, total}] over its items, the
// colour a class of css/dashboard.css. Bars stand on each other; `lines` do not. `format` and `short` make
// texts of a value, for reading and for the axis; `note` tells of the whole window.
export function Chart({ title, of, series, lines = false, format = number, short = compact, note }) {
  const figure = useRef(null);
  const [at, setAt] = useState(null); // the bucket at the cursor
  const { items, bucket_seconds: bucket } = of;
  const times = items.map((one) => Date.parse(one.start) / 1000);
  const shown = series.filter((one) => one.values.some(Boolean));
  useEffect(() => {
    if (!shown.length) return undefined;
    const what = { rows: shown.map((one) => one.values), times, bucket, lines, short, onCursor: setAt };
    let stop = null;
    let isWanted = true;
    // With the first chart: nothing else is as large.
    insist(() => import('../plot.js')).then(({ plotOf }) => {
      if (isWanted && figure.current) stop = plotOf(figure.current, what);
    });
    return () => {
      isWanted = false;
      stop?.();
      setAt(null);
    };
  }, [JSON.stringify([times, shown]), language.value, theme.value]);

  if (!shown.length) return html`<p class="muted no-data">${note ?? t('noData')}</p>`;
  const written = (value) => (value === null ? '–' : format(value));
  const when = (time) => bucketWhole(time, bucket);
  const legend = ({ label, colour, values, total = sum(values) }) => html`
    <li key=${label}><i class="swatch ${colour}"></i><span title=${label}>${middle(label, LABEL)}</span> <strong>${written(at === null ? total : values[at])}</strong></li>`;
  const row = (time, one) =>
    html`<tr><td>${when(time)}</td>
      ${shown.map(({ values }) => html`<td class="number">${written(values[one])}</td>`)}</tr>`;
  return html`<figure class="chart" aria-label=${title} ref=${figure}>
    <ul class="legend plain">
      <li class="at">${at === null ? (note ?? t('inAll')) : when(times[at])}
        ${at === times.length - 1 && ` · ${t('running')}`}</li>
      ${shown.map(legend)}</ul>
    <div class="plot"></div>
    <details><summary class="muted">${t('asTable')}</summary><table>
      <thead><tr><th>${t('time')}</th>${shown.map(({ label }) => html`<th class="number">${label}</th>`)}</tr></thead>
      <tbody>${times.map(row)}</tbody></table></details>
  </figure>`;
}

export const sum = (values) => values.reduce((all, one) => all + one, 0);

// The series of some fields of the server's: {field: colour}.
export const seriesOf = ({ items, whole }, fields) =>
  Object.entries(fields).map(([name, colour]) => ({
    label: t(name),
    colour,
    values: items.map((one) => one[name]),
    total: whole[name],
  }));

export const WINDOWS = ['24h', '7d', '30d'];
export const WindowSwitch = (of) => html`<${Switch} label=${t('window')} options=${WINDOWS} nameOf=${t} ...${of} />`;

// How many attempts succeeded, and how long 95 of 100 took at most: never 100 % beside a failure.
export function Attempts({ of: { success, failed, p95_ms: p95 } }) {
  const share = success / (success + failed);
  const rate = Number.isNaN(share)
    ? '—'
    : number(Math.floor(share * 1000) / 1000, { style: 'percent', maximumFractionDigits: 1 });
  return html`<span class="muted" title=${t('ofAttemptsHint')}><strong>${rate}</strong> ${t('ofAttempts')} ·
    p95 ${p95 === null ? '—' : `≈ ${milliseconds(p95)}`}</span>`;
}
