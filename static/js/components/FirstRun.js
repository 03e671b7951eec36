// What a new server wants done, until it is: the bot's token, an event, a webhook, alerts, starting numbers.
import { alertsApi, eventsApi, statsApi, tokensApi } from '../api.js';
import { helpAt } from '../help.js';
import { said, t } from '../i18n.js';
import { eventTypes, isLoaded, refreshSoon, stats, stream } from '../known.js';
import { device } from '../lib/storage.js';
import { attempt } from '../toasts.js';
import { html, signal, useRef, useState } from '../ui.js';
import { webhooks } from '../webhooks.js';
import { sentenceOf } from '../words.js';
import { Icon } from './Icon.js';
import { Copyable } from './Json.js';
import { useLoaded } from './Loaded.js';

const KEPT = 'bedolaga.firstRun';
const HELP = { // a page of the documents and its section
  token: ['sign-in', 'tokens-for-programs'], event: ['bot', 'do-events-come'], webhook: ['page', 'webhooks'],
  alerts: ['alerts', 'into-a-chat'], numbers: ['bot', 'starting-numbers'],
};
const STEPS = { token: TokenStep, event: EventStep, webhook: WebhookStep, alerts: AlertsStep, numbers: NumbersStep };

// What the server cannot tell: that an alert arrived, that the numbers are right, that nobody wants this list.
const kept = signal(device.object(KEPT));
function keep(name) {
  kept.value = { ...kept.value, [name]: true };
  device.set(KEPT, JSON.stringify(kept.value));
}

export function FirstRun() {
  const begun = useRef(null); // what was unfolded at first: a step that is done does not close under the hand
  const [chosen, choose] = useState({});
  const { value: tokens } = useLoaded(() => (kept.value.hidden ? null : tokensApi.list()), []); // admins alone have them
  if (!tokens || !isLoaded.value || kept.value.hidden) return null;
  const done = {
    token: kept.value.token || tokens.items.some((one) => one.scopes.includes('publish')),
    event: stream.value.length > 0,
    webhook: [...webhooks.value.values()].some((one) => one.success_count),
    alerts: kept.value.alerts,
    numbers: kept.value.numbers || stats.value?.active_subscriptions > 0,
  };
  const names = Object.keys(STEPS);
  const count = names.filter((name) => done[name]).length;
  if (count === names.length) return null;
  begun.current ??= { isOpen: !(done.event && done.webhook), step: names.find((name) => !done[name]) };
  const { isOpen, step: shown } = { ...begun.current, ...chosen };
  return html`<section class="card first-run" aria-label=${t('firstRun')}>
    <header class="row"><button class="quiet" aria-expanded=${isOpen} onClick=${() => choose({ ...chosen, isOpen: !isOpen })}>
        <${Icon} name=${isOpen ? 'chevron-down' : 'chevron-right'} /><strong>${t('firstRun')}</strong>
        <span class="muted">${t('stepsDone', { count, all: names.length })}</span></button>
      <button class="quiet" onClick=${() => keep('hidden')}>${t('hide')}</button></header>
    ${isOpen && html`<ol class="plain">${names.map((name) => html`<li key=${name} class=${done[name] ? 'done' : ''}>
      <button class="quiet" aria-expanded=${name === shown} onClick=${() => choose({ ...chosen, step: name === shown ? '' : name })}>
        <${Icon} name=${done[name] ? 'circle-check' : 'circle'} label=${t(done[name] ? 'stepDone' : 'notDone')} />${t(`step.${name}`)}</button>
      ${name === shown && html`<div class="fields"><p>${t(`stepHint.${name}`)} <a href=${helpAt(...HELP[name])} target="_blank">${t('readMore')}</a></p>
        <${STEPS[name]} isDone=${done[name]} /></div>`}</li>`)}</ol>`}</section>`;
}

function TokenStep() {
  const [made, setMade] = useState(null);
  const [kind, setKind] = useState('aiogram');
  async function make() {
    const done = await attempt(() => tokensApi.create({ name: t('bot'), scopes: ['publish'] }));
    if (!done) return;
    setMade(done.token);
    keep('token');
  }
  if (!made) return html`<p><button class="primary" onClick=${make}>${t('makeBotToken')}</button></p>`;
  const url = new URL('.', location.href.replace(/[#?].*/, '')).href.replace(/\/$/, '');
  return html`<p>${t('tokenOnce')}</p><${Copyable} text=${made} label=${t('token')} />
    <span class="switch" role="group" aria-label=${t('code')}>${['aiogram', 'curl'].map((one) => html`
      <button class="small" aria-pressed=${kind === one} onClick=${() => setKind(one)}>${one}</button>`)}</span>
    <${Copyable} text=${t(`code.${kind}`, { url, token: made })} label=${kind} />`;
}

function EventStep() {
  const [newest] = stream.value;
  const [type] = eventTypes.value;
  const send = () => attempt(() => eventsApi.create({ type: type.value, payload: type.example }));
  return html`<p role="status">${newest ? html`<a href="#/events/${newest.id}"><bdi>${sentenceOf(newest)}</bdi></a>` : html`<span class="muted">${t('waitingForEvent')}</span>`}</p>
    ${!newest && type && html`<p><button onClick=${send}>${t('sendExample')}</button></p>`}`;
}

function WebhookStep({ isDone }) {
  const [first] = webhooks.value.values();
  if (isDone) return null;
  return html`<p>${first ? html`<a class="button" href="#/webhooks/${first.id}">${t('testWebhook')}</a>`
    : html`<a class="button" href="#/webhooks/new">${t('createWebhook')}</a>`}</p>`;
}

function AlertsStep() {
  const [answers, setAnswers] = useState(null);
  const [isSending, setSending] = useState(false);
  async function send() {
    setSending(true);
    const { items } = await attempt(() => alertsApi.test()) ?? {};
    setSending(false);
    setAnswers(items ?? null);
    if (items?.some((one) => one.ok)) keep('alerts');
  }
  return html`<p><button disabled=${isSending} onClick=${send}>${t(isSending ? 'testing' : 'testAlert')}</button></p>
    <div role="status">${answers?.length === 0 && html`<p>${t('noAlerts')}</p>`}
      ${answers?.map((one) => html`<p key=${one.name}><${Icon} name=${one.ok ? 'circle-check' : 'circle-x'} /> <code>${one.name}</code> ${said(one.sentence)}</p>`)}</div>`;
}

function NumbersStep() {
  const fields = Object.keys(stats.value ?? {}).filter((field) => typeof stats.value[field] === 'number');
  async function submit(event) {
    event.preventDefault();
    const given = [...new FormData(event.target)].filter(([, value]) => value !== '');
    if (!await attempt(() => statsApi.put(Object.fromEntries(given.map(([name, value]) => [name, Number(value)]))))) return;
    keep('numbers');
    refreshSoon();
  }
  return html`<form class="fields" onSubmit=${submit}>${fields.map((field) => html`<label key=${field}>${t(`number.${field}`)}
      <input name=${field} type="number" min="0" step=${field.endsWith('_revenue') ? '0.01' : 1} inputmode="decimal" defaultValue=${stats.value[field]} /></label>`)}
    <span class="buttons"><button class="primary">${t('save')}</button>
      <button type="button" onClick=${() => keep('numbers')}>${t('fromZero')}</button></span></form>`;
}
