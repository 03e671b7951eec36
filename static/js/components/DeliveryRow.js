// One delivery in a list: to whom, what, and what came of it.
import { now } from '../known.js';
import { faultOf, webhookName, webhooks } from '../webhooks.js';
import { labelOf } from '../words.js';
import { html, minute, relative, Status, t, Time } from './parts.js';

export function DeliveryRow({ delivery, withWebhook }) {
  const { id, webhook_id: webhookId, event_id: eventId, event_type: type } = delivery;
  const label = labelOf(type);
  const whose = withWebhook && html`<strong dir="auto">${webhookName(webhookId)}</strong> · `;
  return html`<li><a class="delivery" href="#/webhooks/${webhookId}/deliveries/${id}"><${Outcome} of=${delivery} />
    <span class="what" title=${label}>${whose}<span>${label}</span></span><span class="came">${storyOf(delivery)}</span>
    <span class="ids muted">${delivery.is_test ? t('isTest') : html`<code>${type}</code> #${eventId}`}</span>
    <${Time} at=${delivery.created_at} format=${minute} /></a></li>`;
}

// What failed so far has not been delivered, whatever comes next.
export function Outcome({ of: { status, attempt_number: attempts, delivered_at: at } }) {
  if (status === 'pending' && attempts && !at) return html`<${Status} status="failing" label=${t('failed')} />`;
  return html`<${Status} status=${status} />`;
}

// What went wrong, and what comes next.
export function storyOf(delivery) {
  const { status, attempt_number: attempts, response_status: what, duration_ms: ms } = delivery;
  const isDone = status === 'success';
  const answer = attempts && isDone && t('answered', { what, ms });
  const attempt = attempts > (isDone ? 1 : 0) && t('attemptNumber', { number: attempts });
  return [problemOf(delivery) || answer, attempt, nextOf(delivery)].filter(Boolean).join(' · ');
}

// Of a delivery, or of one attempt.
export const problemOf = ({ error_code: code, response_status: status, error_message: message }) =>
  faultOf({ code, status, message });

// When it is tried again; what an inactive webhook holds waits for a person.
export function nextOf({ status, error_code: code, webhook_id: id, next_retry_at: at, attempt_number: attempts }) {
  if (status === 'failed' && code !== 'cancelled') return t('noMore');
  if (status !== 'pending') return '';
  if (webhooks.value?.get(id)?.is_active === false) return t('held');
  if (!at || !attempts) return t('queued');
  return Date.parse(at) <= now.value ? t('sendingNow') : relative(at, now.value);
}
