// The dashboard's charts: events, deliveries, revenue.
import { statsApi } from '../api.js';
import { compactRubles, rubles } from '../lib/money.js';
import { hueOf, labelOf } from '../words.js';
import { Attempts, Chart, seriesOf, sum, WINDOWS, WindowSwitch } from './Chart.js';
import { html, Loaded, query, setQuery, Skeleton, t, useEvery, useLoaded } from './parts.js';

const KINDS = 7; // types with a bar of their own; the others share one
const REDRAW_EVERY = 10_000; // ms: it costs more than a number

export function Charts() {
  const window = WINDOWS.includes(query('window')) ? query('window') : WINDOWS[0];
  const both = () => Promise.all([statsApi.series(window), statsApi.deliveries(window)]);
  const loaded = useLoaded(both, [window, useEvery(REDRAW_EVERY)]);
  if (!loaded.value) {
    const small = html`<div class="card"><${Skeleton} rows=${3} /></div>`;
    return html`<section class="charts"><div class="card wide"><${Loaded} of=${loaded} rows=${8} /></div>
      ${small}${small}</section>`;
  }
  const [events, deliveries] = loaded.value;
  const choose = (chosen) => setQuery({ window: chosen === WINDOWS[0] ? '' : chosen });
  const card = (title, of, series, more, button) => html`<div class="card ${button && 'wide'}">
    <header class="row"><h2>${t(title)}</h2>${button}</header>
    <${Chart} title=${t(title)} of=${of} series=${series} ...${more} /></div>`;
  const revenue = { label: t('chartRevenue'), values: events.items.map((one) => one.revenue), colour: 'revenue' };
  return html`<section class="charts">
    ${card(
      'chartEvents',
      events,
      byType(events.items),
      {},
      html`<${WindowSwitch} value=${window} onChange=${choose} />`,
    )}
    ${card('chartDeliveries', deliveries, seriesOf(deliveries, { success: 'success', failed: 'failed' }), {
      note: html`<${Attempts} of=${deliveries.whole} />`,
    })}
    ${card('chartRevenue', events, [revenue], { format: rubles, short: compactRubles })}</section>`;
}

// The most frequent first; the rest is one.
function byType(items) {
  const valuesOf = (...types) => items.map(({ events }) => sum(types.map((type) => events[type] ?? 0)));
  const types = [...new Set(items.flatMap((one) => Object.keys(one.events)))];
  const series = types.map((type) => ({
    type,
    label: labelOf(type),
    colour: `type-${hueOf(type)}`,
    values: valuesOf(type),
  }));
  series.sort((one, other) => sum(other.values) - sum(one.values));
  const rest = series.splice(KINDS).map((one) => one.type);
  return [...series, { label: t('otherTypes'), colour: 'rest', values: valuesOf(...rest) }];
}
