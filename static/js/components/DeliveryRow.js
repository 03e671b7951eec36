// One delivery in a list: to whom, what, and what came of it.
import { t } from '../i18n.js';
import { now } from '../known.js';
import { minute, moment, relative } from '../lib/time.js';
import { html } from '../ui.js';
import { faultOf, webhookName, webhooks } from '../webhooks.js';
import { labelOf } from '../words.js';
import { Status } from './Status.js';

export function DeliveryRow({ delivery, withWebhook }) {
  const { id, webhook_id: webhookId, event_id: eventId, event_type: type } = delivery;
  const [label, at] = [labelOf(type), delivery.created_at];
  return html`<li><a class="delivery" href=${`#/webhooks/${webhookId}/deliveries/${id}`}>
    <${Outcome} delivery=${delivery} />
    <span class="what" title=${label}>${withWebhook && html`<strong><bdi>${webhookName(webhookId)}</bdi></strong> · `}<span>${label}</span></span>
    <span class="came">${storyOf(delivery)}</span>
    <span class="ids muted">${delivery.is_test ? t('isTest') : html`<code>${type}</code> #${eventId}`}</span>
    <time datetime=${at} title=${moment(at)}>${minute(at)}</time>
  </a></li>`;
}

// What failed so far has not been delivered, whatever comes next.
export function Outcome({ delivery: { status, attempt_number: attempts, delivered_at: at } }) {
  if (status === 'pending' && attempts && !at) return html`<${Status} status="failing" label=${t('failed')} />`;
  return html`<${Status} status=${status} />`;
}

// «HTTP 503 · попытка 2 · через 4 мин»: what went wrong, and what comes next.
export function storyOf(delivery) {
  const { attempt_number: attempts, response_status: status, duration_ms: ms } = delivery;
  const parts = [
    problemOf(delivery) || (attempts && delivery.status === 'success' ? t('answered', { what: status, ms }) : ''),
  ];
  if (attempts > 1 || (attempts && delivery.status !== 'success')) parts.push(t('attemptNumber', { number: attempts }));
  parts.push(nextOf(delivery));
  return parts.filter(Boolean).join(' · ');
}

export function problemOf({ error_code: code, response_status: status, error_message: message }) {
  return faultOf({ code, status, message });
}

// When it is tried again; what an inactive webhook holds waits for a person.
export function nextOf({
  status,
  error_code: code,
  webhook_id: webhookId,
  next_retry_at: at,
  attempt_number: attempts,
}) {
  if (status === 'failed' && code !== 'cancelled') return t('noMore');
  if (status !== 'pending') return '';
  if (webhooks.value?.get(webhookId)?.is_active === false) return t('held');
  if (!at || !attempts) return t('queued');
  return Date.parse(at) <= now.value ? t('sendingNow') : relative(at, now.value);
}
