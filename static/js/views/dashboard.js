// #/ : is all well, the numbers, the charts, what just happened.
import { statsApi } from '../api.js';
import { Attempts, Chart, seriesOf, sum, WINDOWS, WindowSwitch } from '../components/Chart.js';
import { DashboardStats } from '../components/DashboardStats.js';
import { EventList } from '../components/EventRow.js';
import { FirstRun } from '../components/FirstRun.js';
import { Health, Refused } from '../components/Health.js';
import {
  go,
  html,
  Icon,
  Loaded,
  query,
  setQuery,
  Skeleton,
  t,
  useEffect,
  useEvery,
  useLoaded,
  useRef,
  useState,
} from '../components/parts.js';
import { TypeFilter } from '../components/Search.js';
import { isLoaded, stream } from '../known.js';
import { compactRubles, rubles } from '../lib/money.js';
import { hueOf, labelOf } from '../words.js';

const SHOWN = 50; // on a phone, where the charts stand below:
const SHOWN_ON_PHONE = 12;
const phone = matchMedia('(max-width: 960px)');
const KINDS = 7; // types with a bar of their own; the others share one
const REDRAW_EVERY = 10_000; // ms: it costs more than a number
const DAYS_EVERY = 300_000; // ms
const NEAR = { rootMargin: '200px' };

export function Dashboard() {
  const { value: days } = useLoaded(() => statsApi.series('30d'), [useEvery(DAYS_EVERY)]);
  if (!isLoaded.value) return html`<${Waiting} />`; // at once: nothing jumps as one part after another comes
  return html`<${Health} /><${Refused} /><${FirstRun} /><${DashboardStats} days=${days} />
    ${stream.value.length > 0 && html`<${ChartsWhenNear} />`}<${Stream} />`;
}

// The shape of it, as in index.html.
function Waiting() {
  const stat = html`<div class="card stat"><${Skeleton} rows=${2} /></div>`;
  return html`<div class="health skeleton" aria-hidden="true"></div>
    <section class="stats">${[stat, stat, stat, stat]}</section>
    <section class="card"><${Skeleton} rows=${10} /></section>`;
}

// On a phone they stand below the stream: not asked for before somebody scrolls there.
function ChartsWhenNear() {
  const [isNear, setNear] = useState(false);
  const place = useRef(null);
  useEffect(() => {
    const observer = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && setNear(true), NEAR);
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return isNear ? html`<${Charts} />` : html`<section class="charts later" ref=${place} />`;
}

function Charts() {
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

function Stream() {
  const [held, setHeld] = useState(null); // the list as it was when it was paused
  const type = query('type');
  const most = phone.matches ? SHOWN_ON_PHONE : SHOWN;
  const shown = (held ?? stream.value).filter((one) => !type || one.type === type).slice(0, most);
  const missed = held ? stream.value.filter((one) => one.id > (held[0]?.id ?? 0)).length : 0;
  const search = (event) => {
    event.preventDefault();
    go(`#/events?q=${encodeURIComponent(event.target.q.value)}`);
  };
  return html`<section class="card events">
    <header class="row"><h2>${t('stream')}</h2><span class="toolbar" hidden=${!stream.value.length}>
      <form class="wide" onSubmit=${search}>
        <input type="search" name="q" data-search placeholder=${t('searchEvents')} aria-label=${t('search')} /></form>
      <${TypeFilter} />
      <button aria-pressed=${held !== null} onClick=${() => setHeld(held ? null : stream.value)}>
        <${Icon} name=${held ? 'play' : 'pause'} /> ${t(held ? 'resume' : 'pause')}</button></span></header>
    ${missed > 0 && html`<p class="muted" role="status">${t('paused', { count: missed })}</p>`}
    ${!shown.length && html`<p class="muted">${t(type ? 'noneLately' : 'noEvents')}</p>`}
    <${EventList} events=${shown} />
    <p hidden=${!stream.value.length}><a href=${type ? `#/events?type=${type}` : '#/events'}>${t('allEvents')}</a></p>
  </section>`;
}
