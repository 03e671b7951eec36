// The webhooks: those in trouble first; search, filter, order, many at once, live counters.
import { webhooksApi } from '../api.js';
import { t } from '../i18n.js';
import { now } from '../known.js';
import { legible, number, shortUrl } from '../lib/text.js';
import { span } from '../lib/time.js';
import { query, setQuery } from '../place.js';
import { isAdmin } from '../rights.js';
import { html, useEffect, useState } from '../ui.js';
import { byHealth, setActive, webhooks, whyOf } from '../webhooks.js';
import { labelOf } from '../words.js';
import { MenuOf } from './MenuOf.js';
import { Sparkline } from './Sparkline.js';
import { Status } from './Status.js';
import { Time } from './Time.js';

const ORDERS = {
  health: byHealth,
  new: (a, b) => b.id - a.id,
  name: (a, b) => a.name.localeCompare(b.name),
  busy: (a, b) => (b.last_triggered_at ?? '').localeCompare(a.last_triggered_at ?? ''),
};
const STATES = ['working', 'failing', 'disabled', 'off'];
const PAGE = 50;
const LOOK_EVERY = 30_000; // ms: the bars of the last day
const TYPES = 2; // named in a row

export function WebhooksList({ onCreate, onRemove }) {
  const [chosen, setChosen] = useState(new Set());
  const [shown, setShown] = useState(PAGE);
  const days = useDays();
  const [words, state, order] = ['q', 'state', 'order'].map(query);
  const textOf = (one) => `${one.name} ${one.url} ${one.description ?? ''} ${one.event_types.join(' ')}`.toLowerCase();
  const found = [...webhooks.value.values()]
    .filter((one) => (!state || one.state === state) && textOf(one).includes(words.toLowerCase()))
    .sort(ORDERS[order] ?? byHealth);
  const toggle = (id) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  async function setAll(isActive) {
    for (const id of chosen) await setActive(webhooks.value.get(id), isActive);
    setChosen(new Set());
  }
  const select = (
    name,
    label,
    options,
  ) => html`<select aria-label=${t(label)} value=${query(name)} onChange=${(event) => setQuery({ [name]: event.target.value })}>
    ${options.map(([value, text]) => html`<option value=${value}>${t(text)}</option>`)}</select>`;

  return html`<div class="toolbar narrowing">
      <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} value=${words} onInput=${(event) => setQuery({ q: event.target.value })} />
      ${select('state', 'status', [['', 'allStates'], ...STATES.map((one) => [one, one])])}
      ${select(
        'order',
        'order',
        Object.keys(ORDERS).map((one) => [one === 'health' ? '' : one, `order.${one}`]),
      )}
      ${
        chosen.size > 0 &&
        html`<span>${t('selected', { count: chosen.size })}</span>
        <button onClick=${() => setAll(true)}>${t('activate')}</button><button onClick=${() => setAll(false)}>${t('deactivate')}</button>`
      }
      ${isAdmin.value && html`<button class="primary last" onClick=${onCreate}>${t('createWebhook')}</button>`}
    </div>
    ${found.length === 0 && html`<p class="muted">${t('nothingFound')}</p>`}
    <ul class="hooks">${found.slice(0, shown).map(
      (one) => html`
      <${Row} key=${one.id} webhook=${one} day=${days.get(one.id)} chosen=${chosen.has(one.id)} toggle=${() => toggle(one.id)} onRemove=${onRemove} />`,
    )}</ul>
    ${found.length > shown && html`<button onClick=${() => setShown(shown + PAGE)}>${t('showMore')}</button>`}`;
}

function Row({ webhook, day, chosen, toggle, onRemove }) {
  const { id, name, url, undelivered, event_types: types } = webhook;
  const place = `#/webhooks/${id}`;
  const labels = types.map((one) => (one === '*' ? t('allTypes') : labelOf(one)));
  const count = (value) => number(value);
  return html`<li class="hook">
    ${isAdmin.value && html`<label class="pick"><input type="checkbox" checked=${chosen} onChange=${toggle} aria-label=${name} /></label>`}
    <a class="name" href=${place}><strong title=${name}><bdi>${legible(name)}</bdi></strong><code class="muted" title=${url}>${shortUrl(url, 60)}</code></a>
    <span class="types muted" title=${labels.join(', ')}>${labels.slice(0, TYPES).join(', ')}${labels.length > TYPES && ` +${labels.length - TYPES}`}</span>
    <span class="state"><${WebhookState} webhook=${webhook} /><small class="muted" title=${whyOf(webhook)}>
      ${undelivered > 0 && html`<a class="missed" href="${place}/deliveries?status=undelivered">${t('missed', { count: count(undelivered) })}</a> `}${whyOf(webhook)}</small></span>
    <span class="bars"><${Sparkline} series=${day} /></span>
    <span class="totals muted"><span>${t('successes')} ${count(webhook.success_count)}</span><span>${t('failures')} ${count(webhook.failure_count)}</span></span>
    <span class="last muted">${webhook.last_triggered_at ? html`<${Time} at=${webhook.last_triggered_at} />` : t('never')}</span>
    <${MenuOf} label=${`${t('actions')}: ${name}`}>
      <a href="${place}/deliveries">${t('deliveries')}</a>
      ${
        isAdmin.value &&
        html`<a href="${place}/settings">${t('edit')}</a>
        <button onClick=${() => setActive(webhook, !webhook.is_active)}>${t(webhook.is_active ? 'deactivate' : 'activate')}</button>
        <button class="danger" onClick=${() => onRemove(webhook)}>${t('remove')}</button>`
      }<//>
  </li>`;
}

// How a webhook fares: the same word for it wherever it is shown, and why.
export function WebhookState({ webhook }) {
  const { state, failing_since: since } = webhook;
  const lasts = state === 'failing' && since ? span(Math.max(0, now.value - Date.parse(since))) : '';
  const label = html`${t(state)}${lasts && html` <span class="for">${lasts}</span>`}`;
  return html`<${Status} status=${state} label=${label} title=${whyOf(webhook)} />`;
}

// The bars of each webhook's last day, by id.
function useDays() {
  const [days, setDays] = useState(new Map());
  useEffect(() => {
    const show = ({ items }) => setDays(new Map(items.map((one) => [one.webhook_id, one])));
    const load = () => webhooksApi.allSeries().then(show, () => {}); // those of before stay
    load();
    const timer = setInterval(load, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return days;
}
