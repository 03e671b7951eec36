// One event or one delivery in detail.
import { eventsApi, webhooksApi } from '../api.js';
import { onDeliveries } from '../feed.js';
import { checkOf } from '../verification.js';
import { webhookName, webhooks } from '../webhooks.js';
import { conditionText, labelOf, sentenceOf } from '../words.js';
import { nextOf, Outcome, problemOf, storyOf } from './DeliveryRow.js';
import { Dialog } from './Dialog.js';
import { Act, Sending } from './Sending.js';
import {
  Copyable,
  Facts,
  html,
  isAdmin,
  legible,
  Loaded,
  middle,
  moment,
  Name,
  plural,
  said,
  Status,
  t,
  Time,
  useEffect,
  useLoaded,
  useState,
} from './parts.js';

// What `load` promises, loaded again when a delivery moves whose `field` is `id`; `title` and `children` are
// made of it.
function Drawer({ id, field, load, title, onClose, children }) {
  const loaded = useLoaded(load, [id]);
  const { value, reload } = loaded;
  useEffect(() => onDeliveries((moved) => moved.some((one) => one[field] === id) && reload()), [id]);
  return html`<${Dialog} title="${title(value)} #${id}" onClose=${onClose} kind="drawer">
    <${Loaded} of=${loaded}>${() => children(value, reload)}<//><//>`;
}

const Json = ({ value, label }) => html`<${Copyable} text=${legible(JSON.stringify(value, null, 2))} label=${label} />`;

const WORST_FIRST = 'failed pending success skipped filtered changed_later created_later removed'.split(' ');

export function EventDrawer({ id, onClose }) {
  const title = (event) => (event ? labelOf(event.type) : t('event'));
  const load = () => eventsApi.get(id);
  return html`<${Drawer} id=${id} field="event_id" load=${load} title=${title} onClose=${onClose}>${(event) => html`
    <p><bdi>${sentenceOf(event)}</bdi></p>
    <p class="muted"><code>${event.type}</code> · <${Time} at=${event.timestamp} format=${moment} /></p>
    <h3>${t('whoGotIt')}</h3><${Receivers} event=${event} />
    ${isAdmin.value && event.webhooks.length > 0 && html`<${SendTo} event=${event} />`}
    <h3>${t('payload')}</h3><${Json} value=${event.payload} label=${t('payload')} />
    <h3>${t('seenBy')}</h3>
    <p class="muted"><${Name} longest=${400}
      of=${event.seen_by.map((one) => one.name ?? `#${one.token_id}`).join(', ') || t('nobody')} /></p>`}<//>`;
}

function Receivers({ event: { webhooks: all, deliveries } }) {
  if (!all.length) return html`<p class="muted">${t('noWebhooks')}</p>`;
  const rank = ({ verdict }) => WORST_FIRST.indexOf(verdict);
  const asked = all.filter((one) => rank(one) >= 0).sort((one, other) => rank(one) - rank(other));
  const others = all.filter((one) => one.verdict === 'not_subscribed');
  const receiver = (one) =>
    html`<${Receiver} key=${one.webhook_id} of=${one}
      delivery=${deliveries.find(({ id }) => id === one.delivery_id)} />`;
  return html`<ul class="plain receivers">${asked.map(receiver)}</ul>
    ${
      others.length > 0 &&
      html`<details><summary class="muted">${plural(others.length, t('notSubscribed'))}</summary>
      <p class="muted names">${others.map((one) => html`<${Name} key=${one.webhook_id} of=${one.name} /> `)}</p></details>`
    }`;
}

function Receiver({ of: { webhook_id: webhook, delivery_id: id, name, verdict, condition, reason: given }, delivery }) {
  const reason = condition ? t('wants', { condition: conditionText(condition) }) : said(given);
  const shown = html`<${Name} of=${name} />`;
  return html`<li><span>${id ? html`<a href="#/webhooks/${webhook}/deliveries/${id}">${shown}</a>` : shown}</span>
    ${delivery ? html`<${Outcome} of=${delivery} />` : html`<${Status} status=${verdict} title=${reason} />`}
    <small class="muted">${delivery?.attempt_number ? storyOf(delivery) : reason}</small></li>`;
}

// Sent to one webhook again, with its answer where the button is.
function SendTo({ event }) {
  const all = [...webhooks.value.values()];
  const [chosen, setChosen] = useState(all[0]?.id);
  return html`<div class="toolbar"><label>${t('sendAgainTo')}
      <select value=${chosen} onChange=${({ target }) => setChosen(Number(target.value))}>
      ${all.map((one) => html`<option value=${one.id}>${middle(webhookName(one.id), 40)}</option>`)}</select></label>
    <${Sending} key=${chosen} label="resend" action=${() => eventsApi.sendTo(event.id, chosen)} /></div>`;
}

export function DeliveryDrawer({ webhookId, id, onClose }) {
  const load = () => webhooksApi.getDelivery(webhookId, id);
  return html`<${Drawer} id=${id} field="id" load=${load} title=${() => t('delivery')} onClose=${onClose}>${(
    delivery,
    reload,
  ) => html`<${About} delivery=${delivery} />
    ${isAdmin.value && html`<${Actions} delivery=${delivery} onDone=${reload} />`}
    <h3>${t('attempts')}</h3>
    ${!delivery.attempts.length && html`<p class="muted">${nextOf(delivery) || said(delivery.error_message)}</p>`}
    <div>${delivery.attempts.toReversed().map(
      (one, at) => html`<${Attempt} key=${one.number}
      attempt=${one} body=${delivery.body} isLast=${!at} />`,
    )}</div>
    <h3>${t('payload')}</h3><${Json} value=${delivery.payload} label=${t('payload')} />
    <details><summary>${t('sentBody')}</summary>
      <${Copyable} text=${delivery.body} label=${t('sentBody')} /></details>`}<//>`;
}

function About({ delivery }) {
  const { webhook_id: webhookId, event_id: eventId, event_type: type, delivered_at: deliveredAt } = delivery;
  const problem = [delivery.status !== 'success' && problemOf(delivery), nextOf(delivery)].filter(Boolean).join(' · ');
  const event = eventId
    ? html`<a href="#/events/${eventId}">#${eventId}</a>`
    : html`<span class="muted">${t('isTest')}</span>`;
  const facts = {
    webhook: html`<a href="#/webhooks/${webhookId}"><bdi>${webhookName(webhookId)}</bdi></a>`,
    event: html`${labelOf(type)} ${event}<br /><code class="muted">${type}</code>`,
    created: moment(delivery.created_at),
    deliveredAt: deliveredAt && moment(deliveredAt),
  };
  return html`<p class="verdict"><${Outcome} of=${delivery} /> <span class="muted">${problem}</span></p>
    <${Facts} of=${facts} />`;
}

function Actions({ delivery: { webhook_id: webhookId, id, status }, onDone }) {
  const giveUp = () => webhooksApi.cancel(webhookId, id).then(() => onDone());
  return html`<div class="toolbar">
    <${Sending} label="retry" kind="primary" action=${() => webhooksApi.retry(webhookId, id)} />
    <${Act} label=${t('giveUp')} busy=${t('giveUp')} isOffered=${status === 'pending'} action=${giveUp} /></div>`;
}

function Attempt({ attempt, body, isLast }) {
  const { error_code: code, response_status: status, error_message: message } = attempt;
  const { request_headers: headers, duration_ms: ms } = attempt;
  const lines = (pairs) => pairs.map((pair) => pair.join(': ')).join('\n');
  const answer = [lines(attempt.response_headers), attempt.response_body].filter(Boolean).join('\n\n');
  const isSigned = headers.some(([name]) => name === 'webhook-signature');
  return html`<details class="attempt" open=${isLast && Boolean(code)}>
    <summary><span class="muted">${attempt.number}</span>
      <${Status} status=${code ? 'failed' : 'success'} label=${code ? problemOf(attempt) : status} />
      <span class="muted">${t('duration', { ms })} · ${moment(attempt.started_at)}</span></summary>
    ${message && html`<p class="problem">${said(message)}</p>`}
    <h4>${t('response')} <span class="muted">${attempt.remote_address}</span></h4>
    ${answer ? html`<pre tabindex="0">${legible(answer)}</pre>` : html`<p class="muted">${t('noAnswer')}</p>`}
    <h4>${t('request')}</h4><pre tabindex="0">${lines(headers)}</pre>
    ${
      isSigned &&
      html`<details><summary>${t('checkThis')}</summary>
      <${Copyable} text=${checkOf(headers, body)} label=${t('checkThis')} /></details>`
    }
  </details>`;
}
