// The first steps themselves: the bot's token, an event, a webhook, alerts, starting numbers.
import { alertsApi, eventsApi, statsApi, tokensApi } from '../api.js';
import { said, t } from '../i18n.js';
import { eventTypes, refreshSoon, stats, stream } from '../known.js';
import { attempt } from '../toasts.js';
import { html, useState } from '../ui.js';
import { webhooks } from '../webhooks.js';
import { sentenceOf } from '../words.js';
import { keep } from './FirstRun.js';
import { Icon } from './Icon.js';
import { Copyable } from './Json.js';

export const STEPS = { token: Token, event: FirstEvent, webhook: Webhook, alerts: Alerts, numbers: Numbers };

function Token() {
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
    <span class="switch" role="group" aria-label=${t('code')}>${['aiogram', 'curl'].map(
      (one) => html`
      <button class="small" aria-pressed=${kind === one} onClick=${() => setKind(one)}>${one}</button>`,
    )}</span>
    <${Copyable} text=${t(`code.${kind}`, { url, token: made })} label=${kind} />`;
}

function FirstEvent() {
  const [newest] = stream.value;
  const [type] = eventTypes.value;
  if (newest) return html`<p role="status"><a href="#/events/${newest.id}"><bdi>${sentenceOf(newest)}</bdi></a></p>`;
  const send = () => attempt(() => eventsApi.create({ type: type.value, payload: type.example }));
  return html`<p role="status" class="muted">${t('waitingForEvent')}</p>
    ${type && html`<p><button onClick=${send}>${t('sendExample')}</button></p>`}`;
}

function Webhook({ isDone }) {
  const [first] = webhooks.value.values();
  if (isDone) return null;
  const [href, label] = first ? [`#/webhooks/${first.id}`, 'testWebhook'] : ['#/webhooks/new', 'createWebhook'];
  return html`<p><a class="button" href=${href}>${t(label)}</a></p>`;
}

function Alerts() {
  const [answers, setAnswers] = useState(null);
  const [isSending, setSending] = useState(false);
  async function send() {
    setSending(true);
    const { items } = (await attempt(() => alertsApi.test())) ?? {};
    setSending(false);
    setAnswers(items ?? null);
    if (items?.some((one) => one.ok)) keep('alerts');
  }
  return html`<p><button disabled=${isSending} onClick=${send}>${t(isSending ? 'testing' : 'testAlert')}</button></p>
    <div role="status">${answers?.length === 0 && html`<p>${t('noAlerts')}</p>`}
      ${answers?.map(
        ({ name, ok, sentence }) => html`<p key=${name}>
        <${Icon} name=${ok ? 'circle-check' : 'circle-x'} /> <code>${name}</code> ${said(sentence)}</p>`,
      )}</div>`;
}

function Numbers() {
  const fields = Object.keys(stats.value ?? {}).filter((field) => typeof stats.value[field] === 'number');
  async function submit(event) {
    event.preventDefault();
    const given = [...new FormData(event.target)].filter(([, value]) => value !== '');
    const numbers = Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
    if (!(await attempt(() => statsApi.put(numbers)))) return;
    keep('numbers');
    refreshSoon();
  }
  const input = (field) => html`<input name=${field} type="number" min="0" inputmode="decimal"
    step=${field.endsWith('_revenue') ? '0.01' : 1} defaultValue=${stats.value[field]} />`;
  return html`<form class="fields" onSubmit=${submit}>
    ${fields.map((field) => html`<label key=${field}>${t(`number.${field}`)}${input(field)}</label>`)}
    <span class="buttons"><button class="primary">${t('save')}</button>
      <button type="button" onClick=${() => keep('numbers')}>${t('fromZero')}</button></span></form>`;
}
