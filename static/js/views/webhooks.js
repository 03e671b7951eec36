// #/webhooks : those in trouble first.
import { settingsApi, webhooksApi } from '../api.js';
import { MenuOf } from '../components/MenuOf.js';
import { NewWebhook } from '../components/NewWebhook.js';
import { Narrow, Search } from '../components/Search.js';
import { RemoveWebhook } from '../components/WebhookDialogs.js';
import {
  go,
  html,
  isAdmin,
  inLine,
  number,
  query,
  shortUrl,
  span,
  Status,
  t,
  Time,
  useEvery,
  useLoaded,
  useState,
} from '../components/parts.js';
import { now } from '../known.js';
import { byHealth, setActive, webhooks, whyOf } from '../webhooks.js';
import { labelOf } from '../words.js';
import { sinkWebhook } from './sandbox.js';

const create = () => go('#/webhooks/new');

export function Webhooks() {
  const [removing, setRemoving] = useState(null);
  const [initial, setInitial] = useState(null); // to begin with, for the sandbox
  return html`<section class="card">
    ${webhooks.value.size ? html`<${List} onRemove=${setRemoving} />` : html`<${Empty} onTry=${setInitial} />`}
    ${initial && html`<${NewWebhook} initial=${initial} onClose=${() => setInitial(null)} />`}
    ${removing && html`<${RemoveWebhook} webhook=${removing} onClose=${() => setRemoving(null)} />`}
  </section>`;
}

// The sandbox is offered where there is one.
function Empty({ onTry }) {
  const { value: settings } = useLoaded(settingsApi.get, []);
  const offer =
    settings?.has_sink && html`<button onClick=${() => onTry(sinkWebhook())}>${t('noWebhooksSink')}</button>`;
  return html`<p>${t('noWebhooks')}</p>
    ${isAdmin.value && html`<p class="toolbar"><button class="primary" onClick=${create}>${t('createWebhook')}</button>${offer}</p>`}`;
}

const ORDERS = {
  '': byHealth,
  new: (a, b) => b.id - a.id,
  name: (a, b) => a.name.localeCompare(b.name),
  busy: (a, b) => (b.last_triggered_at ?? '').localeCompare(a.last_triggered_at ?? ''),
};
const STATES = ['working', 'failing', 'disabled', 'off'];
const PAGE = 50;
const LOOK_EVERY = 30_000; // ms: the bars of the last day
const TYPES = 2; // named in a row

function List({ onRemove }) {
  const [picked, setChosen] = useState(new Set());
  const [shown, setShown] = useState(PAGE);
  const { value: days } = useLoaded(webhooksApi.allSeries, [useEvery(LOOK_EVERY)]);
  const chosen = picked.intersection(webhooks.value); // without what somebody else deleted
  const [words, state, order] = ['q', 'state', 'order'].map(query);
  const textOf = (one) => [one.name, one.url, one.description, ...one.event_types].join(' ').toLowerCase();
  const found = [...webhooks.value.values()]
    .filter((one) => (!state || one.state === state) && textOf(one).includes(words.toLowerCase()))
    .sort(ORDERS[order] ?? byHealth);
  const toggle = (id) => setChosen(chosen.symmetricDifference(new Set([id])));
  async function setAll(isActive) {
    for (const id of chosen) await setActive(webhooks.value.get(id), isActive);
    setChosen(new Set());
  }
  const row = (one) => html`<${Row} key=${one.id} webhook=${one} onRemove=${() => onRemove(one)}
    isChosen=${chosen.has(one.id)} onChoose=${() => toggle(one.id)} day=${days?.items.find(({ webhook_id: id }) => id === one.id)} />`;
  return html`<div class="toolbar narrowing"><${Search} />
      <${Narrow} by="state" label="status" options=${['', ...STATES].map((one) => [one, t(one || 'allStates')])} />
      <${Narrow} by="order" label="order"
        options=${Object.keys(ORDERS).map((one) => [one, t(`order.${one || 'health'}`)])} />
      ${
        chosen.size > 0 &&
        html`<span>${t('selected', { count: chosen.size })}</span>
        <button onClick=${() => setAll(true)}>${t('activate')}</button>
        <button onClick=${() => setAll(false)}>${t('deactivate')}</button>`
      }
      ${isAdmin.value && html`<button class="primary last" onClick=${create}>${t('createWebhook')}</button>`}</div>
    ${found.length === 0 && html`<p class="muted">${t('nothingFound')}</p>`}
    <ul class="hooks">${found.slice(0, shown).map(row)}</ul>
    ${found.length > shown && html`<button onClick=${() => setShown(shown + PAGE)}>${t('showMore')}</button>`}`;
}

function Row({ webhook, day, isChosen, onChoose, onRemove }) {
  const { id, name, url, undelivered, event_types: types, is_active: isActive } = webhook;
  const place = `#/webhooks/${id}`;
  const labels = types.map(labelOf);
  const more = labels.length > TYPES && ` +${labels.length - TYPES}`;
  const missed =
    undelivered > 0 &&
    html`<a class="missed" href="${place}/deliveries?status=undelivered">
      ${t('missed', { count: number(undelivered) })}</a> `;
  return html`<li class="hook">
    ${
      isAdmin.value &&
      html`<label class="pick">
      <input type="checkbox" checked=${isChosen} onChange=${onChoose} aria-label=${name} /></label>`
    }
    <a class="name" href=${place}><strong dir="auto" title=${name}>${inLine(name)}</strong>
      <code class="muted" title=${url}>${shortUrl(url, 60)}</code></a>
    <span class="types muted" title=${labels.join(', ')}>${labels.slice(0, TYPES).join(', ')}${more}</span>
    <span class="state"><${WebhookState} webhook=${webhook} />
      <small class="muted" title=${whyOf(webhook)}>${missed}${whyOf(webhook)}</small></span>
    <span class="bars"><${Sparkline} series=${day} /></span>
    <span class="totals muted"><span>${t('successes')} ${number(webhook.success_count)}</span>
      <span>${t('failures')} ${number(webhook.failure_count)}</span></span>
    <span class="last muted"><${Time} at=${webhook.last_triggered_at} none="noCalls" /></span>
    <${MenuOf} id=${id} label="${t('actions')}: ${name}"><a href="${place}/deliveries">${t('deliveries')}</a>
      ${
        isAdmin.value &&
        html`<a href="${place}/settings">${t('edit')}</a>
        <button onClick=${() => setActive(webhook, !isActive)}>${t(isActive ? 'deactivate' : 'activate')}</button>
        <button class="danger" onClick=${onRemove}>${t('remove')}</button>`
      }<//>
  </li>`;
}

// How a webhook fares: the same word for it wherever it is shown, and why.
export function WebhookState({ webhook }) {
  const { state, failing_since: since } = webhook;
  const lasts = state === 'failing' && since && span(Math.max(0, now.value - Date.parse(since)));
  const label = html`${t(state)}${lasts && html` <span class="for">${lasts}</span>`}`;
  return html`<${Status} status=${state} label=${label} title=${whyOf(webhook)} />`;
}

const [HEIGHT, STEP] = [20, 4];

function Sparkline({ series }) {
  if (!series) return '–';
  const { success, failed } = series;
  const most = Math.max(...success.map((good, hour) => good + failed[hour]));
  const sum = (values) => number(values.reduce((all, one) => all + one, 0));
  const bar = (kind, hour, below, value) => html`<rect class=${kind} x=${hour * STEP} width=${STEP - 1}
    y=${HEIGHT - ((below + value) / most) * HEIGHT} height=${(value / most) * HEIGHT} />`;
  return html`<svg class="sparkline" role="img" width=${success.length * STEP} height=${HEIGHT}
    aria-label="${t('successes')}: ${sum(success)}, ${t('failures')}: ${sum(failed)}">
    ${success.map((good, hour) => [bar('good', hour, 0, good), bar('bad', hour, good, failed[hour])])}</svg>`;
}
