// What is asked before a webhook is deleted, its secret changed, or a time's deliveries sent again.
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { number } from '../lib/text.js';
import { moment } from '../lib/time.js';
import { go } from '../place.js';
import { attempt, toast } from '../toasts.js';
import { html, useState } from '../ui.js';
import { forgetWebhook } from '../webhooks.js';
import { Dialog } from './Dialog.js';
import { Once } from './Json.js';
import { useLoaded } from './Loaded.js';

const STATUSES = ['undelivered', 'failed', 'skipped', 'success']; // that can be sent again
const DAY = 86_400_000; // ms

// Deleting asks for the name.
export function RemoveWebhook({ webhook: { id, name }, onClose }) {
  const [typed, setTyped] = useState('');
  async function submit(event) {
    event.preventDefault();
    if (await attempt(() => webhooksApi.delete(id).then(() => true))) {
      forgetWebhook(id);
      toast(t('deleted', { name }));
      go('#/webhooks');
    }
    onClose();
  }
  return html`<${Dialog} title=${t('remove')} onClose=${onClose} light><form class="fields" onSubmit=${submit}>
    <p>${t('confirmDelete', { name })}</p>
    <label>${t('typeName')}<input autofocus autocomplete="off" onInput=${(event) => setTyped(event.target.value)} /></label>
    <div class="buttons"><button type="button" onClick=${onClose}>${t('cancel')}</button>
      <button class="danger" disabled=${typed.trim() !== name.trim()}>${t('remove')}</button></div>
  </form><//>`;
}

// The new secret is shown once; the old one signs too for a day.
export function RotateSecret({ webhook, onClose }) {
  const [made, setMade] = useState(null);
  const rotate = async () => setMade(await attempt(() => webhooksApi.rotateSecret(webhook.id)));
  return html`<${Dialog} title=${t('rotate')} onClose=${onClose}>
    ${
      made
        ? html`${made.old_secret_until && html`<p class="muted">${t('rotated', { until: moment(made.old_secret_until) })}</p>`}
        <${Once} hint=${t('secretOnce')} text=${made.secret} label=${t('secret')} onDone=${onClose} />`
        : html`<p>${t('rotateHint')}</p><div class="buttons"><button onClick=${onClose}>${t('cancel')}</button>
        <button class="primary" onClick=${rotate}>${t('rotate')}</button></div>`
    }
  <//>`;
}

// Counted while the time is chosen, then sent.
export function Replay({ webhook, onClose }) {
  const [wanted, setWanted] = useState(() => ({ since: local(Date.now() - DAY), until: '', status: STATUSES[0] }));
  const [answer, setAnswer] = useState(null);
  const [since, until] = [wanted.since, wanted.until].map((text) => (text ? new Date(text).toISOString() : null));
  const ask = (more) => webhooksApi.replay(webhook.id, { since, until, status: wanted.status, ...more });
  const { value, problem } = useLoaded(() => since && ask({ dry_run: true }), [JSON.stringify(wanted)]);
  const say = (text, count) => t(text, { count: number(count) });
  const change = ({ target }) => {
    setAnswer(null);
    setWanted({ ...wanted, [target.name]: target.value });
  };
  async function submit(event) {
    event.preventDefault();
    setAnswer(
      await ask().then(
        (done) => say('replayed', done.queued),
        (error) => said(error.message),
      ),
    );
  }
  return html`<${Dialog} title=${t('replay')} onClose=${onClose} light><form class="fields" onSubmit=${submit} onInput=${change}>
    <label>${t('replaySince')}<input name="since" type="datetime-local" required value=${wanted.since} /></label>
    <label>${t('replayUntil')}<input name="until" type="datetime-local" value=${wanted.until} /></label>
    <label>${t('whichOnes')}<select name="status" value=${wanted.status}>${STATUSES.map((one) => html`<option value=${one}>${t(`tab.${one}`)}</option>`)}</select></label>
    <p role="status" class="muted">${answer ?? problem ?? (value && say('replayCount', value.matching))}</p>
    <div class="buttons"><button type="button" onClick=${onClose}>${t(answer ? 'close' : 'cancel')}</button>
      <button class="primary" disabled=${!value?.matching || answer}>${t('resend')}</button></div>
  </form><//>`;
}

// As a field of a form has it: in the reader's zone.
const local = (ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
