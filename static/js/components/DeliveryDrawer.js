// One delivery with every attempt, over the list that it was opened from.
import { webhooksApi } from '../api.js';
import { onDeliveries } from '../feed.js';
import { said, t } from '../i18n.js';
import { moment } from '../lib/time.js';
import { isAdmin } from '../rights.js';
import { html, useEffect, useState } from '../ui.js';
import { checkOf } from '../verification.js';
import { faultOf, webhookName } from '../webhooks.js';
import { labelOf } from '../words.js';
import { nextOf, Outcome, problemOf } from './DeliveryRow.js';
import { Drawer } from './Dialog.js';
import { Copyable, Json } from './Json.js';
import { Missing, useLoaded } from './Loaded.js';
import { Sending } from './Sending.js';
import { Status } from './Status.js';

export function DeliveryDrawer({ webhookId, id, onClose }) {
  const loaded = useLoaded(() => webhooksApi.getDelivery(webhookId, id), [id]);
  const { value: delivery, reload } = loaded;
  useEffect(() => onDeliveries((moved) => moved.some((one) => one.id === id) && reload()), [id]);

  return html`<${Drawer} title=${`${t('delivery')} #${id}`} onClose=${onClose}>
    <${Missing} of=${loaded} />
    ${
      delivery &&
      html`<${Facts} delivery=${delivery} />
      ${isAdmin.value && html`<${Actions} delivery=${delivery} onDone=${reload} />`}
      <h3>${t('attempts')}</h3>
      ${delivery.attempts.length === 0 && html`<p class="muted">${nextOf(delivery) || said(delivery.error_message)}</p>`}
      ${delivery.attempts.toReversed().map(
        (one, index) => html`
        <${Attempt} key=${one.number} attempt=${one} body=${delivery.body} isOpen=${index === 0 && one.error_code} />`,
      )}
      <h3>${t('payload')}</h3><${Json} value=${delivery.payload} label=${t('payload')} />
      <details><summary>${t('sentBody')}</summary><${Copyable} text=${delivery.body} label=${t('sentBody')} /></details>`
    }
  <//>`;
}

function Facts({ delivery }) {
  const { webhook_id: webhookId, event_id: eventId } = delivery;
  const problem = [delivery.status !== 'success' && problemOf(delivery), nextOf(delivery)].filter(Boolean).join(' · ');
  return html`<p class="verdict"><${Outcome} delivery=${delivery} />${problem && html` <span class="muted">${problem}</span>`}</p>
    <dl class="facts">
      <dt>${t('webhook')}</dt><dd><a href="#/webhooks/${webhookId}"><bdi>${webhookName(webhookId)}</bdi></a></dd>
      <dt>${t('event')}</dt><dd>${labelOf(delivery.event_type)} ${
        eventId ? html`<a href="#/events/${eventId}">#${eventId}</a>` : html`<span class="muted">${t('isTest')}</span>`
      }
        <br /><code class="muted">${delivery.event_type}</code></dd>
      <dt>${t('created')}</dt><dd>${moment(delivery.created_at)}</dd>
      ${delivery.delivered_at && html`<dt>${t('deliveredAt')}</dt><dd>${moment(delivery.delivered_at)}</dd>`}
    </dl>`;
}

function Actions({ delivery, onDone }) {
  const { webhook_id: webhookId, id } = delivery;
  const [refusal, setRefusal] = useState(null);
  const giveUp = () => webhooksApi.cancel(webhookId, id).then(onDone, (error) => setRefusal(said(error.message)));
  return html`<div class="toolbar">
    <${Sending} label="retry" kind="primary" action=${() => webhooksApi.retry(webhookId, id)} />
    ${delivery.status === 'pending' && html`<button onClick=${giveUp}>${t('giveUp')}</button>`}
    ${refusal && html`<span class="problem" role="alert">${refusal}</span>`}
  </div>`;
}

function Attempt({ attempt: made, body, isOpen }) {
  const lines = (pairs) => pairs.map(([name, value]) => `${name}: ${value}`).join('\n');
  const { error_code: code, response_status: status, error_message: message } = made;
  const answer = [lines(made.response_headers), made.response_body].filter(Boolean).join('\n\n');
  return html`<details class="attempt" open=${Boolean(isOpen)}>
    <summary><span class="muted">${made.number}</span>
      <${Status} status=${code ? 'failed' : 'success'} label=${code ? faultOf({ code, status, message }) : status} />
      <span class="muted">${t('duration', { ms: made.duration_ms })} · ${moment(made.started_at)}</span></summary>
    ${message && html`<p class="problem">${said(message)}</p>`}
    <h4>${t('response')} <span class="muted">${made.remote_address ?? ''}</span></h4>
    ${answer ? html`<pre tabindex="0">${answer}</pre>` : html`<p class="muted">${t('noAnswer')}</p>`}
    <h4>${t('request')}</h4><pre tabindex="0">${lines(made.request_headers)}</pre>
    ${
      made.request_headers.some(([name]) => name === 'webhook-signature') &&
      html`<details><summary>${t('checkThis')}</summary>
      <${Copyable} text=${checkOf(made.request_headers, body)} label=${t('checkThis')} /></details>`
    }
  </details>`;
}
