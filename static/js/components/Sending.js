// Buttons that send, and what came of it in their place.
import { webhooksApi } from '../api.js';
import { pause, persist } from '../lib/persist.js';
import { problemOf } from './DeliveryRow.js';
import { html, number, said, Status, t, useLoaded, useState } from './parts.js';

const LOOK_AFTER = [100, 200, 300, 500, 1_000, 1_000, 2_000, 3_000, 3_000, 3_000]; // ms: an attempt takes 10 s at most

// `action` promises what is shown then, if anything; `busy` stands on the button meanwhile.
export function Act({ label, busy = t('testing'), kind = '', action, isOffered = true }) {
  const [isOut, setOut] = useState(false);
  const [answer, setAnswer] = useState(null);
  async function press() {
    setOut(true);
    setAnswer(null);
    setAnswer(await action().catch((error) => error));
    setOut(false);
  }
  if (!isOffered && !answer) return null;
  const button = html`<button type="button" class=${kind} disabled=${isOut}
    onClick=${press}>${isOut ? busy : label}</button>`;
  const shown = answer instanceof Error ? html`<span class="problem">${said(answer.message)}</span>` : answer;
  return html`<span class="sending">${isOffered && button}<span role="status">${shown}</span></span>`;
}

// `action` promises the delivery that it asked for; `link` leads to it.
export function Sending({ label, kind, action, link = false }) {
  async function send() {
    const sent = await answered(await action());
    return html`<${Answer} of=${sent} /> ${
      link && html`<a href="#/webhooks/${sent.webhook_id}/deliveries/${sent.id}">${t('details')}</a>`
    }`;
  }
  return html`<${Act} label=${t(label)} kind=${kind} action=${send} />`;
}

// «200 за 16 мс», or what went wrong.
function Answer({ of: sent }) {
  const { status, error_code: code, response_status: answer, duration_ms: ms } = sent;
  const label = ms === null ? t('queued') : t('answered', { what: code ? problemOf(sent) : answer, ms });
  return html`<${Status} status=${code ? 'failed' : status} label=${label} />`;
}

// The delivery once the attempt that was asked for is over; as it stands, if that takes too long.
async function answered(asked) {
  let found = asked;
  for (const wait of LOOK_AFTER) {
    await pause(wait);
    found = await persist(() => webhooksApi.getDelivery(asked.webhook_id, asked.id)); // it is on its way already
    if (found.attempt_number > asked.attempt_number) break;
  }
  return found;
}

// All that a webhook missed: the number stands on the button before. `status` is undelivered or skipped;
// `since` when (RFC 3339) counts what came after it.
export function Resend({ webhook, status, since, kind }) {
  const ask = (more) => webhooksApi.replay(webhook.id, { since, status, ...more });
  const { value } = useLoaded(() => ask({ dry_run: true }), [webhook.id, status, since, webhook.undelivered]);
  const say = (text, count) => t(text, { count: number(count) });
  return html`<${Act} label=${say(`resend.${status}`, value?.matching ?? 0)}
    kind=${kind} isOffered=${value?.matching > 0}
    action=${async () => say('replayed', (await ask()).queued)} />`;
}
