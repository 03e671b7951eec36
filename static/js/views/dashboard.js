// #/ : is all well, the numbers, the charts, what just happened.
import { statsApi } from '../api.js';
import { Attempts, Chart, secondsOf, WINDOWS, WindowSwitch } from '../components/Chart.js';
import { DashboardStats } from '../components/DashboardStats.js';
import { EventList } from '../components/EventRow.js';
import { FirstRun } from '../components/FirstRun.js';
import { Health } from '../components/Health.js';
import { Icon } from '../components/Icon.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Refused } from '../components/Refused.js';
import { Skeleton } from '../components/Skeleton.js';
import { TypeFilter } from '../components/TypeFilter.js';
import { t } from '../i18n.js';
import { isLoaded, now, stream } from '../known.js';
import { compactRubles, rubles } from '../lib/money.js';
import { go, query, setQuery } from '../place.js';
import { html, useState } from '../ui.js';
import { hueOf, labelOf } from '../words.js';

const SHOWN = 50; // on a phone, where the charts stand below:
const SHOWN_ON_PHONE = 12;
const phone = matchMedia('(max-width: 960px)');
const KINDS = 7; // types with a bar of their own; the others share one
const REDRAW_EVERY = 10_000; // ms: a chart costs more than a number
const DAYS_EVERY = 300_000; // ms

export function Dashboard() {
  const { value: days } = useLoaded(() => statsApi.series('30d'), [Math.floor(now.value / DAYS_EVERY)]);
  if (!isLoaded.value) return html`<${Waiting} />`; // at once: nothing jumps as one part after another comes
  return html`<${Health} /><${Refused} /><${FirstRun} /><${DashboardStats} days=${days} />
    ${stream.value.length > 0 && html`<${Charts} />`}<${Stream} />`;
}

// The shape of it, as in index.html.
function Waiting() {
  return html`<div class="health skeleton" aria-hidden="true"></div>
    <section class="stats">${[1, 2, 3, 4].map((one) => html`<div class="card stat" key=${one}><${Skeleton} rows=${2} /></div>`)}</section>
    <section class="card"><${Skeleton} rows=${10} /></section>`;
}

function Charts() {
  const window = WINDOWS.includes(query('window')) ? query('window') : WINDOWS[0];
  const both = () => Promise.all([statsApi.series(window), statsApi.deliveries(window)]);
  const loaded = useLoaded(both, [window, Math.floor(now.value / REDRAW_EVERY)]);
  const choose = (chosen) => setQuery({ window: chosen === WINDOWS[0] ? '' : chosen });
  if (!loaded.value) return html`<${Drawing} of=${loaded} />`;
  const [events, deliveries] = loaded.value;
  const chart = (title, { items, bucket_seconds: bucket }, series, more) => html`
    <${Chart} title=${title} times=${secondsOf(items)} bucket=${bucket} series=${series} ...${more} />`;
  const money = { format: rubles, short: compactRubles };
  const revenue = [{ label: t('chartRevenue'), values: events.items.map((one) => one.revenue), colour: 'revenue' }];
  const outcome = (one) => ({ label: t(one), values: deliveries.items.map((item) => item[one]), colour: one });
  const outcomes = [outcome('success'), outcome('failed')];
  return html`<section class="charts">
    <div class="card wide"><header class="row"><h2>${t('chartEvents')}</h2>
        <${WindowSwitch} value=${window} onChange=${choose} /></header>
      ${chart(t('chartEvents'), events, byType(events.items))}</div>
    <div class="card"><header class="row"><h2>${t('chartDeliveries')}</h2></header>
      ${chart(t('chartDeliveries'), deliveries, outcomes, { note: html`<${Attempts} of=${deliveries.whole} />` })}</div>
    <div class="card"><header class="row"><h2>${t('chartRevenue')}</h2></header>
      ${chart(t('chartRevenue'), events, revenue, money)}</div>
  </section>`;
}

// Where the charts will stand.
function Drawing({ of: loaded }) {
  return html`<section class="charts"><div class="card wide"><${Missing} of=${loaded} rows=${8} /></div>
    <div class="card"><${Skeleton} rows=${3} /></div><div class="card"><${Skeleton} rows=${3} /></div></section>`;
}

// The types by how many there were, the most first; what is left over is one.
function byType(items) {
  const totals = {};
  const counted = items.flatMap((one) => Object.entries(one.events));
  for (const [type, count] of counted) totals[type] = (totals[type] ?? 0) + count;
  const types = Object.keys(totals).sort((one, other) => totals[other] - totals[one]);
  const rest = types.splice(KINDS);
  const shown = types.map((type) => ({
    label: labelOf(type),
    colour: `type-${hueOf(type)}`,
    values: items.map((one) => one.events[type] ?? 0),
  }));
  const others = items.map(({ events }) => rest.reduce((sum, type) => sum + (events[type] ?? 0), 0));
  return [...shown, { label: t('otherTypes'), colour: 'rest', values: others }];
}

function Stream() {
  const [held, setHeld] = useState(null); // the list as it was when it was paused
  const type = query('type');
  const most = phone.matches ? SHOWN_ON_PHONE : SHOWN;
  const shown = (held ?? stream.value).filter((one) => !type || one.type === type).slice(0, most);
  const search = (event) => {
    event.preventDefault();
    go(`#/events?q=${encodeURIComponent(event.target.q.value)}`);
  };
  const missed = held ? stream.value.filter((one) => one.id > (held[0]?.id ?? 0)).length : 0;
  return html`<section class="card events">
    <header class="row"><h2>${t('stream')}</h2><span class="toolbar" hidden=${!stream.value.length}>
      <form class="wide" onSubmit=${search}>
        <input type="search" name="q" data-search placeholder=${t('searchEvents')} aria-label=${t('search')} /></form>
      <${TypeFilter} value=${type} onChange=${(chosen) => setQuery({ type: chosen })} />
      <button aria-pressed=${held !== null} onClick=${() => setHeld(held ? null : stream.value)}>
        <${Icon} name=${held ? 'play' : 'pause'} /> ${t(held ? 'resume' : 'pause')}</button></span></header>
    ${missed > 0 && html`<p class="muted" role="status">${t('paused', { count: missed })}</p>`}
    ${!shown.length && html`<p class="muted">${t(type ? 'noneLately' : 'noEvents')}</p>`}
    <${EventList} events=${shown} />
    ${
      stream.value.length > 0 &&
      html`<p>
      <a href=${type ? `#/events?type=${type}` : '#/events'}>${t('allEvents')}</a></p>`
    }
  </section>`;
}
