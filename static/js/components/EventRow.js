// One event in a list, and its details in the drawer.
import { eventsApi } from '../api.js';
import { language, said, t } from '../i18n.js';
import { amountOf, rubles } from '../lib/money.js';
import { onDeliveries } from '../feed.js';
import { attempt, toast } from '../toasts.js';
import { webhooks } from '../webhooks.js';
import { html, useEffect } from '../ui.js';
import { Drawer } from './Dialog.js';
import { Json } from './Json.js';
import { Missing, useLoaded } from './Loaded.js';
import { Status } from './Status.js';
import { Time } from './Time.js';
import { problemOf } from './WebhookDeliveries.js';

export function EventRow({ event }) {
  return html`<li><a href="#/events/${event.id}">
    <${Time} at=${event.timestamp} as="clock" /><code>${event.type}</code>
    <span class="muted">#${event.id}</span><span class="summary">${summaryOf(event)}</span>
  </a></li>`;
}

// What an event is about, in a few characters.
export function summaryOf({ type, payload }) {
  if (type.startsWith('payment') || type.startsWith('transaction')) {
    const amount = amountOf(payload);
    return amount === null ? '' : `${amount > 0 ? '+' : ''}${rubles(amount, language.value)}`;
  }
  if (payload.username) return `@${payload.username}`;
  return payload.first_name ?? payload.title ?? payload.message_text ?? payload.new_status ?? '';
}

// How often a webhook was tried and what came of it, or why it was not.
function whyOf({ delivery_id: id, reason }, deliveries) {
  const delivery = deliveries.find((one) => one.id === id);
  if (!delivery?.attempt_number) return said(reason);
  const tried = `${t('attempt')} ${delivery.attempt_number}`;
  return delivery.status === 'success' ? `${tried}, ${t('duration', { ms: delivery.duration_ms })}` : `${tried}, ${problemOf(delivery)}`;
}

export function EventDrawer({ id, onClose }) {
  const loaded = useLoaded(() => eventsApi.get(id), [id]);
  const { value: event, reload } = loaded;
  useEffect(() => onDeliveries((moved) => moved.some((one) => one.event_id === id) && reload()), [id]);

  async function sendTo(submitted) {
    submitted.preventDefault();
    const chosen = Number(new FormData(submitted.target).get('webhook'));
    if (await attempt(() => eventsApi.sendTo(id, chosen))) toast(t('retried'));
  }

  return html`<${Drawer} title=${`${t('event')} #${id}`} onClose=${onClose}>
    <${Missing} of=${loaded} />
    ${event && html`
      <p><code>${event.type}</code> · <${Time} at=${event.timestamp} as="moment" /></p>
      <${Json} value=${event.payload} label=${t('payload')} />
      <h3>${t('whoGotIt')}</h3>
      <ul class="plain">${event.webhooks.map((one) => html`<li class="row">
        <span>${one.delivery_id ? html`<a href="#/webhooks/${one.webhook_id}/deliveries/${one.delivery_id}">${one.name}</a>` : one.name}
          ${' '}<${Status} status=${one.verdict} title=${said(one.reason)} /></span>
        <small class="muted">${whyOf(one, event.deliveries)}</small>
      </li>`)}</ul>
      ${event.webhooks.length === 0 ? html`<p class="muted">${t('noWebhooks')}</p>` : html`<form class="toolbar" onSubmit=${sendTo}>
        <label>${t('sendAgainTo')}<select name="webhook">${[...(webhooks.value?.values() ?? [])].map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select></label>
        <button>${t('retry')}</button></form>`}
      <h3>${t('seenBy')}</h3>
      <p class="muted">${event.seen_by.map((one) => one.name ?? `#${one.token_id}`).join(', ') || t('nobody')}</p>`}
  <//>`;
}
