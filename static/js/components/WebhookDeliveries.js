// A list of deliveries, of one webhook or of all, live; and one of them with its attempts.
import { deliveriesApi, webhooksApi } from '../api.js';
import { language, said, t } from '../i18n.js';
import { moment, relative } from '../lib/time.js';
import { attempt, now, onDeliveries, toast, webhookName } from '../state.js';
import { html, useEffect, useState } from '../ui.js';
import { Drawer } from './Dialog.js';
import { Copyable, Json } from './Json.js';
import { Skeleton } from './Skeleton.js';
import { Status } from './Status.js';
import { Time } from './Time.js';
import { checkOf } from '../verification.js';

const STATUSES = ['success', 'failed', 'pending', 'skipped'];
const PAGE = 50;
const MOST = 200; // on the screen

export function WebhookDeliveries({ webhookId, initialStatus = '' }) {
  const [status, setStatus] = useState(initialStatus);
  const [query, setQuery] = useState('');
  const [page, setPage] = useState(null);

  const list = (params) => (webhookId ? webhooksApi.getDeliveries(webhookId, params) : deliveriesApi.list(params));
  const load = async (limit = PAGE) => setPage(await attempt(() => list({ status, q: query, limit })));
  useEffect(() => {
    const timer = setTimeout(load, query ? 250 : 0);
    return () => clearTimeout(timer);
  }, [webhookId, status, query]);
  useEffect(() => onDeliveries((moved) => {
    const mine = moved.filter((one) => !webhookId || one.webhook_id === webhookId);
    setPage((before) => before && mine.reduce((shown, one) => merged(shown, one, status), before));
  }), [webhookId, status]);

  return html`<div class="toolbar">
      <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setQuery(event.target.value)} />
      <select aria-label=${t('status')} value=${status} onChange=${(event) => setStatus(event.target.value)}>
        <option value="">${t('allStatuses')}</option>
        ${STATUSES.map((one) => html`<option value=${one}>${t(one)}</option>`)}
      </select>
    </div>
    ${!page && html`<${Skeleton} />`}
    ${page?.items.length === 0 && html`<p class="muted">${t('noDeliveries')}</p>`}
    ${page?.items.length > 0 && html`<table>
      <thead><tr><th>${t('time')}</th>${!webhookId && html`<th>Webhook</th>`}<th>${t('event')}</th><th>${t('status')}</th>
        <th class="number">${t('httpCode')}</th><th>${t('error')}</th><th class="number">${t('attempt')}</th></tr></thead>
      <tbody>${page.items.map((one) => html`<${Row} key=${one.id} delivery=${one} withWebhook=${!webhookId} />`)}</tbody>
    </table>`}
    ${page && page.total > page.items.length && page.items.length < MOST && html`<button onClick=${() => load(MOST)}>${t('showMore')}</button>`}`;
}

function Row({ delivery, withWebhook }) {
  return html`<tr>
    <td data-label=${t('time')}><a href="#/webhooks/${delivery.webhook_id}/deliveries/${delivery.id}"><${Time} at=${delivery.created_at} /></a></td>
    ${withWebhook && html`<td data-label="Webhook"><a href="#/webhooks/${delivery.webhook_id}">${webhookName(delivery.webhook_id)}</a></td>`}
    <td data-label=${t('event')}><code>${delivery.event_type}</code>${delivery.is_test && html` <span class="muted">${t('isTest')}</span>`}</td>
    <td data-label=${t('status')}><${Status} status=${delivery.status} /></td>
    <td data-label=${t('httpCode')} class="number">${delivery.response_status ?? '-'}</td>
    <td data-label=${t('error')} title=${said(delivery.error_message)}>${problemOf(delivery)}</td>
    <td data-label=${t('attempt')} class="number">${delivery.attempt_number}</td>
  </tr>`;
}

// What went wrong, in the reader's language, and when it is tried again.
function problemOf(delivery) {
  const { error_code: code, status } = delivery;
  const problem = code ? t(`code.${code}`, { status: delivery.response_status }) : said(delivery.error_message);
  if (status !== 'pending' || !delivery.next_retry_at || !delivery.attempt_number) return problem ?? '-';
  return `${problem ?? ''} · ${t('nextRetry', { time: relative(delivery.next_retry_at, language.value, now.value) })}`;
}

function merged(page, one, status) {
  const known = page.items.findIndex((item) => item.id === one.id);
  const items = [...page.items];
  if (known >= 0) items[known] = { ...items[known], ...one };
  else if (!status || one.status === status) items.unshift(one);
  return { ...page, items: items.slice(0, MOST) };
}

export function DeliveryDrawer({ webhookId, id, onClose }) {
  const [delivery, setDelivery] = useState(null);
  const load = async () => setDelivery(await attempt(() => webhooksApi.getDelivery(webhookId, id)));
  useEffect(() => {
    load();
    return onDeliveries((moved) => moved.some((one) => one.id === id) && load());
  }, [id]);

  async function act(action, done) {
    if (await attempt(action)) toast(t(done));
    await load();
  }

  return html`<${Drawer} title=${`${t('deliveries')} #${id}`} onClose=${onClose}>
    ${!delivery && html`<${Skeleton} />`}
    ${delivery && html`
      <p class="row"><span><${Status} status=${delivery.status} /> <code>${delivery.event_type}</code>
        ${delivery.event_id && html` <a href="#/events/${delivery.event_id}">#${delivery.event_id}</a>`}</span>
        <span class="buttons">
          <button class="small primary" onClick=${() => act(() => webhooksApi.retry(webhookId, id), 'retried')}>${t('retry')}</button>
          ${delivery.status === 'pending' && html`<button class="small" onClick=${() => act(() => webhooksApi.cancel(webhookId, id), 'cancelled')}>${t('giveUp')}</button>`}
        </span></p>
      <p class="muted">${webhookName(webhookId)} · ${moment(delivery.created_at, language.value)}
        ${delivery.next_retry_at && delivery.status === 'pending' && html` · ${t('nextRetry', { time: relative(delivery.next_retry_at, language.value, now.value) })}`}</p>
      <${Json} value=${delivery.payload} label=${t('payload')} />
      <details><summary>${t('sentBody')}</summary><${Copyable} text=${delivery.body} label=${t('sentBody')} /></details>
      <h3>${t('attempts')}</h3>
      ${delivery.attempts.slice().reverse().map((one) => html`<${Attempt} key=${one.number} attempt=${one} body=${delivery.body} />`)}`}
  <//>`;
}

function Attempt({ attempt: made, body }) {
  const lines = (pairs) => pairs.map(([name, value]) => `${name}: ${value}`).join('\n');
  return html`<details class="attempt" open=${made.error_code !== null}>
    <summary><strong>${made.number}</strong> <${Status} status=${made.error_code ? 'failed' : 'success'} />
      ${' '}${made.response_status ?? ''} <span class="muted">${t('duration', { ms: made.duration_ms })} · ${moment(made.started_at, language.value)}</span></summary>
    ${made.error_message && html`<p class="problem">${said(made.error_message)}</p>`}
    <h4>${t('request')}</h4><pre tabindex="0">${lines(made.request_headers)}</pre>
    ${made.request_headers.some(([name]) => name === 'webhook-signature') && html`<details><summary>${t('checkThis')}</summary>
      <${Copyable} text=${checkOf(made.request_headers, body)} label=${t('checkThis')} /></details>`}
    <h4>${t('response')} <span class="muted">${made.remote_address ?? ''}</span></h4>
    <pre tabindex="0">${lines(made.response_headers)}${made.response_body ? `\n\n${made.response_body}` : ''}</pre>
  </details>`;
}
