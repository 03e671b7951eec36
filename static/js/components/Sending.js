// Buttons that send, and what came of it in their place: «Отправляем…», then «200 за 16 мс».
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { pause } from '../lib/persist.js';
import { number } from '../lib/text.js';
import { html, useState } from '../ui.js';
import { faultOf } from '../webhooks.js';
import { useLoaded } from './Loaded.js';
import { Status } from './Status.js';

const LOOK_AFTER = [100, 200, 300, 500, 1_000, 1_000, 2_000, 3_000, 3_000, 3_000]; // ms: an attempt takes 10 s at most

// `action` promises the delivery that it asked for; `link` leads to it.
export function Sending({ label, action, kind = '', link = false }) {
  const [sent, setSent] = useState(null); // true while it is out, then a delivery or an error
  const press = async () => {
    setSent(true);
    setSent(
      await action()
        .then(answered)
        .catch((error) => error),
    );
  };
  const isOut = sent === true;
  return html`<span class="sending"><button type="button" class=${kind} disabled=${isOut} onClick=${press}>${t(isOut ? 'testing' : label)}</button>
    <span role="status">${sent && !isOut && html`<${Answer} of=${sent} link=${link} />`}</span></span>`;
}

function Answer({ of: sent, link }) {
  if (sent instanceof Error) return html`<span class="problem">${said(sent.message)}</span>`;
  return html`<${Status} status=${sent.error_code ? 'failed' : sent.status} label=${answerOf(sent)} />
    ${link && html` <a href="#/webhooks/${sent.webhook_id}/deliveries/${sent.id}">${t('details')}</a>`}`;
}

// «200 за 16 мс», or what went wrong.
export function answerOf({ error_code: code, response_status: status, error_message: message, duration_ms: ms }) {
  return ms === null ? t('queued') : t('answered', { what: code ? faultOf({ code, status, message }) : status, ms });
}

// The delivery once the attempt that was asked for is over; as it stands, if that takes too long.
async function answered(asked) {
  let found = asked;
  for (const wait of LOOK_AFTER) {
    await pause(wait);
    found = await webhooksApi.getDelivery(asked.webhook_id, asked.id);
    if (found.attempt_number > asked.attempt_number) break;
  }
  return found;
}

// All that a webhook missed: the number stands on the button before. `status` is undelivered or skipped;
// `since` when (RFC 3339) counts what came after it.
export function Resend({ webhook, status, since, kind = '' }) {
  const [queued, setQueued] = useState(null); // how many, or why none, in words
  const ask = (more) => webhooksApi.replay(webhook.id, { since, status, ...more });
  const { value } = useLoaded(() => ask({ dry_run: true }), [webhook.id, status, since, webhook.undelivered]);
  const say = (text, count) => t(text, { count: number(count) });
  const press = async () =>
    setQueued(
      await ask().then(
        (done) => say('replayed', done.queued),
        (error) => said(error.message),
      ),
    );
  return html`<span class="sending">
    ${value?.matching > 0 && html`<button class=${kind} onClick=${press}>${say(`resend.${status}`, value.matching)}</button>`}
    <span role="status">${queued}</span></span>`;
}
