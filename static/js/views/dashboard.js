// #/ : the numbers, the charts, the live stream.
import { eventsApi, statsApi } from '../api.js';
import { Chart, secondsOf, WindowSwitch } from '../components/Chart.js';
import { DashboardStats } from '../components/DashboardStats.js';
import { EventRow } from '../components/EventRow.js';
import { Copyable } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Refused } from '../components/Refused.js';
import { Skeleton } from '../components/Skeleton.js';
import { language, t } from '../i18n.js';
import { number } from '../lib/text.js';
import { milliseconds } from '../lib/time.js';
import { eventTypes, isLoaded, now, stream, webhookStats } from '../known.js';
import { attempt } from '../toasts.js';
import { html, useState } from '../ui.js';

const SHOWN = 50;
const REDRAW_EVERY = 10_000; // ms: a chart costs more than a number

export function Dashboard() {
  return html`<${Refused} /><${DashboardStats} /><${Charts} /><${Stream} />`;
}

function Charts() {
  const [window, setWindow] = useState('24h');
  const both = () => Promise.all([statsApi.series(window), statsApi.deliveries(window)]);
  const loaded = useLoaded(both, [window, Math.floor(now.value / REDRAW_EVERY)]);
  if (!loaded.value) return html`<section class="card"><${Missing} of=${loaded} rows=${8} /></section>`;

  const [events, deliveries] = loaded.value;
  const types = [...new Set(events.items.flatMap((one) => Object.keys(one.events)))].sort();
  const byType = types.map((type) => ({ label: type, values: events.items.map((one) => one.events[type] ?? 0) }));
  const revenue = [{ label: t('chartRevenue'), values: events.items.map((one) => one.revenue), bars: true }];
  const outcomes = ['success', 'failed'].map((status) => ({ label: t(status), values: deliveries.items.map((one) => one[status]) }));
  const last = deliveries.items.findLast((one) => one.p95_ms !== null);
  const numbers = webhookStats.value;
  return html`<section class="charts">
    <div class="card"><header class="row"><h2>${t('chartEvents')}</h2><${WindowSwitch} value=${window} onChange=${setWindow} /></header>
      <${Chart} title=${t('chartEvents')} times=${secondsOf(events.items)} bucket=${events.bucket_seconds} series=${byType} stacked /></div>
    <div class="card"><h2>${t('chartRevenue')}</h2>
      <${Chart} title=${t('chartRevenue')} times=${secondsOf(events.items)} bucket=${events.bucket_seconds} series=${revenue} /></div>
    <div class="card"><h2>${t('chartDeliveries')}</h2>
      <p class="numbers"><span><strong>${number(numbers?.success_rate ?? 0, language.value)} %</strong> ${t('successRate')}</span>
        <span>p95 <strong>${last ? `≈ ${milliseconds(last.p95_ms, language.value)}` : '–'}</strong></span>
        <a href="#/deliveries"><strong>${number(numbers?.pending_deliveries ?? 0, language.value)}</strong> ${t('backlog')}</a></p>
      <${Chart} title=${t('chartDeliveries')} times=${secondsOf(deliveries.items)} bucket=${deliveries.bucket_seconds} series=${outcomes} /></div>
  </section>`;
}

function Stream() {
  const [type, setType] = useState('');
  const [query, setQuery] = useState('');
  const [held, setHeld] = useState(null); // the list as it was when it was paused
  const shown = (held ?? stream.value)
    .filter((one) => !type || one.type === type)
    .filter((one) => !query || JSON.stringify(one).toLowerCase().includes(query.toLowerCase()))
    .slice(0, SHOWN);
  const missed = held ? stream.value.filter((one) => one.id > (held[0]?.id ?? 0)).length : 0;

  return html`<section class="card">
    <header class="row"><h2>${t('stream')}</h2>
      <span class="toolbar">
        <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setQuery(event.target.value)} />
        <select aria-label=${t('filterType')} onChange=${(event) => setType(event.target.value)}>
          <option value="">${t('allTypesShort')}</option>${eventTypes.value.map((one) => html`<option value=${one.value}>${one.label}</option>`)}
        </select>
        <button aria-pressed=${held !== null} onClick=${() => setHeld(held ? null : stream.value)}>${held ? t('resume') : t('pause')}</button>
      </span></header>
    ${missed > 0 && html`<p class="muted" role="status">${t('paused', { count: missed })}</p>`}
    ${!isLoaded.value && html`<${Skeleton} rows=${8} />`}
    ${isLoaded.value && stream.value.length === 0 && html`<${FirstEvent} />`}
    <ul class="stream">${shown.map((one) => html`<${EventRow} key=${one.id} event=${one} />`)}</ul>
  </section>`;
}

function FirstEvent() {
  const [type] = eventTypes.value;
  if (!type) return null;
  const body = { type: type.value, payload: type.example };
  const address = `${location.origin}${location.pathname}`;
  const line = `curl -X POST ${address}events -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;
  return html`<div class="empty"><p>${t('noEvents')}</p><${Copyable} text=${line} label="curl" />
    <button class="primary" onClick=${() => attempt(() => eventsApi.create(body))}>${t('sendExample')}</button></div>`;
}
