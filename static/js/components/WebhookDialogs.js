// What is asked before something is done to a webhook.
import { webhooksApi } from '../api.js';
import { forgetWebhook } from '../webhooks.js';
import { Dialog } from './Dialog.js';
import { Ask, Field, Form, Once, Select } from './Form.js';
import { go, html, inLine, moment, number, t, toast, useLoaded, useState } from './parts.js';

const STATUSES = ['undelivered', 'failed', 'skipped', 'success']; // that can be sent again
const DAY = 86_400_000; // ms

export function RemoveWebhook({ webhook: { id, name }, onClose }) {
  const [typed, setTyped] = useState('');
  async function remove() {
    await webhooksApi.delete(id);
    forgetWebhook(id);
    toast(t('deleted', { name }));
    go('#/webhooks');
  }
  return html`<${Ask} title="remove" text=${t('confirmDelete', { name })} kind="danger" action=${remove} light
      isReady=${inLine(typed.trim()) === inLine(name.trim())} onClose=${onClose}>
    <${Field} label="typeName" autofocus autocomplete="off" onInput=${({ target }) => setTyped(target.value)} /><//>`;
}

// The old secret signs too for a day.
export function RotateSecret({ webhook, onClose }) {
  async function rotate() {
    const { secret, old_secret_until: until } = await webhooksApi.rotateSecret(webhook.id);
    const old = until ? `${t('rotated', { until: moment(until) })} ` : '';
    return html`<${Once} text=${secret} label=${t('secret')} hint="${old}${t('secretOnce')}" onDone=${onClose} />`;
  }
  return html`<${Ask} title="rotate" text=${t('rotateHint')} action=${rotate} onClose=${onClose} />`;
}

// Counted while the time is chosen, then sent.
export function Replay({ webhook, onClose }) {
  const [wanted, setWanted] = useState(() => ({ since: local(Date.now() - DAY), until: '', status: STATUSES[0] }));
  const [queued, setQueued] = useState(null);
  const [since, until] = [wanted.since, wanted.until].map((text) => (text ? new Date(text).toISOString() : null));
  const ask = (more) => webhooksApi.replay(webhook.id, { since, until, status: wanted.status, ...more });
  const { value, problem } = useLoaded(() => since && ask({ dry_run: true }), [JSON.stringify(wanted)]);
  const isSent = queued !== null;
  const change = ({ target }) => {
    setQueued(null);
    setWanted({ ...wanted, [target.name]: target.value });
  };
  const say = (key, count) => t(key, { count: number(count) });
  const told = isSent ? say('replayed', queued) : (problem ?? (value && say('replayCount', value.matching)));
  return html`<${Dialog} title=${t('replay')} onClose=${onClose} light>
    <${Form} label="resend" action=${async () => setQueued((await ask()).queued)} isReady=${value?.matching && !isSent}
        onInput=${change} onCancel=${onClose} cancel=${isSent ? 'close' : 'cancel'}>
      <${Field} label="replaySince" name="since" type="datetime-local" required value=${wanted.since} />
      <${Field} label="replayUntil" name="until" type="datetime-local" value=${wanted.until} />
      <${Select} label="whichOnes" name="status" value=${wanted.status}
        options=${STATUSES.map((one) => [one, `tab.${one}`])} />
      <p role="status" class="muted">${told}</p><//><//>`;
}

// As a field of a form has it: in the reader's zone.
const local = (ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
