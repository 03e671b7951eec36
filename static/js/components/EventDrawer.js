// One event: its sentence, its data, which webhook got it or why not, who saw it.
import { eventsApi } from '../api.js';
import { said, t } from '../i18n.js';
import { onDeliveries } from '../feed.js';
import { middle, plural } from '../lib/text.js';
import { isAdmin } from '../rights.js';
import { webhooks } from '../webhooks.js';
import { html, useEffect, useState } from '../ui.js';
import { labelOf, sentenceOf } from '../words.js';
import { Outcome, storyOf } from './DeliveryRow.js';
import { Drawer } from './Dialog.js';
import { Json } from './Json.js';
import { Missing, useLoaded } from './Loaded.js';
import { Sending } from './Sending.js';
import { Status } from './Status.js';
import { Time } from './Time.js';

const WORST_FIRST = [
  'failed',
  'pending',
  'success',
  'skipped',
  'filtered',
  'changed_later',
  'created_later',
  'removed',
];
const NAME = 40; // signs

export function EventDrawer({ id, onClose }) {
  const loaded = useLoaded(() => eventsApi.get(id), [id]);
  const { value: event, reload } = loaded;
  useEffect(() => onDeliveries((moved) => moved.some((one) => one.event_id === id) && reload()), [id]);
  const title = event ? `${labelOf(event.type)} #${id}` : `${t('event')} #${id}`;
  return html`<${Drawer} title=${title} onClose=${onClose}>
    <${Missing} of=${loaded} />
    ${
      event &&
      html`<p><bdi>${sentenceOf(event)}</bdi></p>
      <p class="muted"><code>${event.type}</code> · <${Time} at=${event.timestamp} as="moment" /></p>
      <h3>${t('whoGotIt')}</h3><${Receivers} event=${event} />
      ${isAdmin.value && event.webhooks.length > 0 && html`<${SendTo} event=${event} />`}
      <h3>${t('payload')}</h3><${Json} value=${event.payload} label=${t('payload')} />
      <h3>${t('seenBy')}</h3>
      <p class="muted">${event.seen_by.map((one) => one.name ?? `#${one.token_id}`).join(', ') || t('nobody')}</p>`
    }
  <//>`;
}

function Receivers({ event }) {
  const others = event.webhooks.filter((one) => one.verdict === 'not_subscribed');
  const rank = ({ verdict }) => WORST_FIRST.indexOf(verdict);
  const asked = event.webhooks.filter((one) => rank(one) >= 0).sort((one, other) => rank(one) - rank(other));
  if (!event.webhooks.length) return html`<p class="muted">${t('noWebhooks')}</p>`;
  return html`<ul class="plain receivers">${asked.map(
    (one) => html`<li key=${one.webhook_id}>
      <${Receiver} verdict=${one} deliveries=${event.deliveries} /></li>`,
  )}</ul>
    ${
      others.length > 0 &&
      html`<details>
      <summary class="muted">${plural(others.length, t('notSubscribed'))}</summary>
      <p class="muted names">${others.map(
        ({ webhook_id: id, name }) => html`
        <bdi key=${id} title=${name}>${middle(name, NAME)}</bdi>`,
      )}</p></details>`
    }`;
}

function Receiver({ verdict: { webhook_id: webhook, delivery_id: id, name, verdict, reason }, deliveries }) {
  const delivery = deliveries.find((one) => one.id === id);
  const shown = html`<bdi title=${name}>${middle(name, NAME)}</bdi>`;
  return html`<span>${id ? html`<a href="#/webhooks/${webhook}/deliveries/${id}">${shown}</a>` : shown}</span>
    ${delivery ? html`<${Outcome} delivery=${delivery} />` : html`<${Status} status=${verdict} title=${said(reason)} />`}
    <small class="muted">${delivery?.attempt_number ? storyOf(delivery) : said(reason)}</small>`;
}

// Sent to one webhook again, with its answer where the button is.
function SendTo({ event }) {
  const all = [...(webhooks.value?.values() ?? [])];
  const [chosen, setChosen] = useState(all[0]?.id);
  const choose = ({ target }) => setChosen(Number(target.value));
  return html`<div class="toolbar"><label>${t('sendAgainTo')}<select value=${chosen} onChange=${choose}>
      ${all.map((one) => html`<option value=${one.id}>${middle(one.name, NAME)}</option>`)}</select></label>
    <${Sending} key=${chosen} label="resend" action=${() => eventsApi.sendTo(event.id, chosen)} /></div>`;
}
