// #/webhooks/3 : one webhook in tabs: overview, deliveries, settings, how to verify its signature.
import { webhooksApi } from '../api.js';
import { Chart, secondsOf, WindowSwitch } from '../components/Chart.js';
import { Dialog } from '../components/Dialog.js';
import { Copyable, Once } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { RemoveWebhook } from '../components/RemoveWebhook.js';
import { Status } from '../components/Status.js';
import { WebhookDeliveries } from '../components/WebhookDeliveries.js';
import { WebhookForm } from '../components/WebhookForm.js';
import { language, said, t } from '../i18n.js';
import { number } from '../lib/text.js';
import { moment } from '../lib/time.js';
import { attempt, toast } from '../toasts.js';
import { setActive, webhooks } from '../webhooks.js';
import { html, useEffect, useState } from '../ui.js';
import { codeFor, LANGUAGES } from '../verification.js';

const LOOK_AFTER = 250; // ms, for the answer to a test
const TABS = [['', 'overview'], ['/deliveries', 'deliveries'], ['/settings', 'settings'], ['/verify', 'verify']];

export function WebhookView({ id, tab }) {
  const [dialog, setDialog] = useState(null);
  const webhook = webhooks.value.get(id);
  if (!webhook) return html`<section class="card"><p>${t('nothingFound')}</p><a href="#/webhooks">${t('back')}</a></section>`;
  const close = () => setDialog(null);
  return html`<section class="card">
    <header class="row"><h2><a class="muted" href="#/webhooks">${t('webhooks')}</a> / ${webhook.name}</h2>
      <span class="buttons">
        <button onClick=${() => setActive(webhook, !webhook.is_active)}>${t(webhook.is_active ? 'deactivate' : 'activate')}</button>
        <button onClick=${() => setDialog('replay')}>${t('replay')}</button>
      </span></header>
    ${webhook.disabled_reason && html`<p class="problem">${t('disabledBecause', { reason: said(webhook.disabled_reason) })}</p>`}
    <nav class="tabs" aria-label=${webhook.name}>${TABS.map(([path, label]) => html`
      <a href="#/webhooks/${id}${path}" aria-current=${tab === path ? 'page' : undefined}>${t(label)}</a>`)}</nav>
    ${tab === '' && html`<${Overview} webhook=${webhook} />`}
    ${tab === '/deliveries' && html`<${WebhookDeliveries} key=${id} webhookId=${id} />`}
    ${tab === '/settings' && html`<${WebhookForm} key=${id} webhook=${webhook} onDone=${() => toast(t('saved'))} />
      <p class="row danger-zone"><button onClick=${() => setDialog('rotate')}>${t('rotate')}</button>
        <button class="danger" onClick=${() => setDialog('remove')}>${t('remove')}</button></p>`}
    ${tab === '/verify' && html`<${Verify} webhook=${webhook} />`}
    ${dialog === 'remove' && html`<${RemoveWebhook} webhook=${webhook} onClose=${close} />`}
    ${dialog === 'replay' && html`<${Replay} webhook=${webhook} onClose=${close} />`}
    ${dialog === 'rotate' && html`<${Rotate} webhook=${webhook} onClose=${close} />`}
  </section>`;
}

function Overview({ webhook }) {
  const [window, setWindow] = useState('24h');
  const loaded = useLoaded(() => webhooksApi.series(webhook.id, window), [webhook.id, window, webhook.last_triggered_at]);
  const series = loaded.value;
  const outcomes = ['success', 'failed'].map((status) => ({ label: t(status), values: series?.items.map((one) => one[status]) ?? [] }));
  const latency = ['p50', 'p95'].map((one) => ({ label: one, values: series?.items.map((item) => item[`${one}_ms`]) ?? [] }));
  const times = series ? secondsOf(series.items) : [];
  return html`<p><code>${webhook.url}</code> · <code>${webhook.event_types.join(', ')}</code></p>
    ${webhook.description && html`<p>${webhook.description}</p>`}
    <p class="numbers"><span><strong>${number(webhook.success_count, language.value)}</strong> ${t('successes')}</span>
      <span><strong>${number(webhook.failure_count, language.value)}</strong> ${t('failures')}</span></p>
    <${Test} webhook=${webhook} />
    <header class="row"><h2>${t('chartDeliveries')}</h2><${WindowSwitch} value=${window} onChange=${setWindow} /></header>
    <${Missing} of=${loaded} />
    ${series && html`<${Chart} title=${t('chartDeliveries')} times=${times} bucket=${series.bucket_seconds} series=${outcomes} />
      <h2>${t('chartLatency')}</h2><${Chart} title=${t('chartLatency')} times=${times} bucket=${series.bucket_seconds} series=${latency} />`}`;
}

// The example of the type, sent now, with the answer in place.
function Test({ webhook }) {
  const [sent, setSent] = useState(null);
  const waiting = sent?.status === 'pending';
  useEffect(() => {
    if (!waiting) return undefined;
    const look = async () => setSent(await attempt(() => webhooksApi.getDelivery(webhook.id, sent.id)));
    const timer = setTimeout(look, LOOK_AFTER);
    return () => clearTimeout(timer);
  }, [sent]);
  const answer = sent;
  return html`<p class="row"><button onClick=${async () => setSent(await attempt(() => webhooksApi.test(webhook.id)))} disabled=${waiting}>${t(waiting ? 'testing' : 'test')}</button>
    <span role="status">${answer && !waiting && html`<a href="#/webhooks/${webhook.id}/deliveries/${answer.id}">${t('testAnswer')}</a>:
      ${' '}<${Status} status=${answer.status} /> ${answer.response_status ?? ''} ${answer.error_code ? t(`code.${answer.error_code}`, { status: answer.response_status }) : ''}
      ${' '}<span class="muted">${t('duration', { ms: answer.duration_ms })}</span>`}</span></p>`;
}

function Verify({ webhook }) {
  const [chosen, setChosen] = useState(LANGUAGES[0]);
  return html`<div class="toolbar"><span class="switch" role="group" aria-label=${t('verify')}>${LANGUAGES.map((one) => html`
      <button class="small" aria-pressed=${chosen === one} onClick=${() => setChosen(one)}>${one}</button>`)}</span></div>
    ${!webhook.has_secret && html`<p class="muted">${t('secretHint')}</p>`}
    <${Copyable} text=${codeFor(chosen, webhook)} label=${chosen} />`;
}

function Replay({ webhook, onClose }) {
  const [matching, setMatching] = useState(null);
  const bodyOf = (form) => ({ since: new Date(form.get('since')).toISOString(), status: form.get('status') });
  async function count(event) {
    const body = bodyOf(new FormData(event.target.form));
    setMatching((await attempt(() => webhooksApi.replay(webhook.id, { ...body, dry_run: true })))?.matching ?? null);
  }
  async function submit(event) {
    event.preventDefault();
    const done = await attempt(() => webhooksApi.replay(webhook.id, bodyOf(new FormData(event.target))));
    if (done) toast(t('replayed', { count: done.queued }));
    onClose();
  }
  const yesterday = new Date(Date.now() - 86_400_000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return html`<${Dialog} title=${t('replayTitle')} onClose=${onClose} light><form class="fields" onSubmit=${submit}>
    <label>${t('replaySince')}<input name="since" type="datetime-local" required defaultValue=${yesterday} /></label>
    <label>${t('status')}<select name="status">${['failed', 'skipped', 'success'].map((one) => html`<option value=${one}>${t(one)}</option>`)}</select></label>
    ${matching !== null && html`<p role="status">${t('replayCount', { count: number(matching, language.value) })}</p>`}
    <div class="buttons"><button type="button" onClick=${count}>${t('count')}</button><button class="primary">${t('retry')}</button></div>
  </form><//>`;
}

function Rotate({ webhook, onClose }) {
  const [made, setMade] = useState(null);
  return html`<${Dialog} title=${t('rotate')} onClose=${onClose}>
    ${made ? html`${made.old_secret_until && html`<p class="muted">${t('rotated', { until: moment(made.old_secret_until, language.value) })}</p>`}
        <${Once} hint=${t('secretOnce')} text=${made.secret} label=${t('secret')} onDone=${onClose} />`
      : html`<p>${t('rotateHint')}</p><div class="buttons"><button onClick=${onClose}>${t('cancel')}</button>
        <button class="primary" onClick=${async () => setMade(await attempt(() => webhooksApi.rotateSecret(webhook.id)))}>${t('rotate')}</button></div>`}
  <//>`;
}
