// A list of deliveries, of one webhook or of all, live; and one of them with its attempts.
import { deliveriesApi, webhooksApi } from '../api.js';
import { language, said, t } from '../i18n.js';
import { moment, relative } from '../lib/time.js';
import { onDeliveries } from '../feed.js';
import { now } from '../known.js';
import { attempt, toast } from '../toasts.js';
import { webhookName } from '../webhooks.js';
import { html, useEffect, useRef, useState } from '../ui.js';
import { Drawer } from './Dialog.js';
import { Copyable, Json } from './Json.js';
import { Missing, useLoaded } from './Loaded.js';
import { Status } from './Status.js';
import { Time } from './Time.js';
import { checkOf } from '../verification.js';

const STATUSES = ['success', 'failed', 'pending', 'skipped'];
const PAGE = 50;
const WHILE_TYPING = 250; // ms
const MOST = 200; // on the screen

export function WebhookDeliveries({ webhookId, initialStatus = '' }) {
  const [status, setStatus] = useState(initialStatus);
  const [query, setQuery] = useState('');
  const list = (params) => (webhookId ? webhooksApi.getDeliveries(webhookId, params) : deliveriesApi.list(params));
  const merge = (shown, one) => merged(shown, one, !query && (!status || one.status === status));
  const news = useRef([]); // what moved since the list was asked for
  const loaded = useLoaded(async (limit = PAGE) => {
    news.current = [];
    const found = await list({ status, q: query, limit, payload: false });
    return news.current.reduce(merge, found);
  }, [webhookId, status, query], query ? WHILE_TYPING : 0);
  const { value: page, setValue: setPage } = loaded;
  useEffect(() => onDeliveries((moved) => {
    const mine = moved.filter((one) => !webhookId || one.webhook_id === webhookId);
    news.current = [...news.current, ...mine].slice(-MOST);
    setPage((before) => before && mine.reduce(merge, before));
  }), [webhookId, status, query]);

  return html`<div class="toolbar">
      <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setQuery(event.target.value)} />
      <select aria-label=${t('status')} value=${status} onChange=${(event) => setStatus(event.target.value)}>
        <option value="">${t('allStatuses')}</option>
        ${STATUSES.map((one) => html`<option value=${one}>${t(one)}</option>`)}
      </select>
    </div>
    <${Missing} of=${loaded} />
    ${page?.items.length === 0 && html`<p class="muted">${t(query ? 'nothingFound' : status === 'failed' ? 'noFailed' : 'noDeliveries')}</p>`}
    ${page?.items.length > 0 && html`<table>
      <thead><tr><th>${t('time')}</th>${!webhookId && html`<th>Webhook</th>`}<th>${t('event')}</th><th>${t('status')}</th>
        <th class="number">${t('httpCode')}</th><th>${t('error')}</th><th class="number">${t('attempt')}</th></tr></thead>
      <tbody>${page.items.map((one) => html`<${Row} key=${one.id} delivery=${one} withWebhook=${!webhookId} />`)}</tbody>
    </table>`}
    ${page && (page.total > page.items.length || (page.searched_to && page.items.length >= PAGE)) && page.items.length < MOST && html`<button onClick=${() => loaded.reload(MOST)}>${t('showMore')}</button>`}`;
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
export function problemOf(delivery) {
  const { error_code: code, status } = delivery;
  const problem = code ? t(`code.${code}`, { status: delivery.response_status }) : said(delivery.error_message);
  if (status !== 'pending' || !delivery.next_retry_at || !delivery.attempt_number) return problem ?? '-';
  return `${problem ?? ''} · ${t('nextRetry', { time: relative(delivery.next_retry_at, language.value, now.value) })}`;
}

// The page with what is new of a delivery; one that is not on it yet comes on top if it `belongs`.
function merged(page, one, belongs) {
  const known = page.items.findIndex((item) => item.id === one.id);
  const items = [...page.items];
  if (known >= 0) items[known] = { ...items[known], ...one };
  else if (belongs) items.unshift(one);
  return { ...page, items: items.slice(0, MOST) };
}

export function DeliveryDrawer({ webhookId, id, onClose }) {
  const loaded = useLoaded(() => webhooksApi.getDelivery(webhookId, id), [id]);
  const { value: delivery, reload } = loaded;
  useEffect(() => onDeliveries((moved) => moved.some((one) => one.id === id) && reload()), [id]);

  async function act(action, done) {
    if (await attempt(action)) toast(t(done));
    await reload();
  }

  return html`<${Drawer} title=${`${t('delivery')} #${id}`} onClose=${onClose}>
    <${Missing} of=${loaded} />
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
