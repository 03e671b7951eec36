// The first steps themselves.
import { alertsApi, apiClient, eventsApi, statsApi, tokensApi } from '../api.js';
import { eventTypes, refreshSoon, stats, stream } from '../known.js';
import { webhooks } from '../webhooks.js';
import { sentenceOf } from '../words.js';
import { numbersOf } from './DashboardStats.js';
import { keep } from './FirstRun.js';
import { Field, Form } from './Form.js';
import { attempt, Copyable, html, Icon, said, Switch, t, useState } from './parts.js';
import { Act } from './Sending.js';

const CODE = ['aiogram', 'curl'];
const STEPS = { token: Token, event: FirstEvent, webhook: Webhook, alerts: Alerts, numbers: Numbers };

export const OpenStep = ({ name, isDone }) => html`<${STEPS[name]} isDone=${isDone} />`;

let made = {}; // { token, by }: shown to who comes back to it too

function Token() {
  const [token, setToken] = useState(made.by === apiClient.token && made.token);
  const [kind, setKind] = useState(CODE[0]);
  async function make() {
    made = { ...(await tokensApi.create({ name: t('bot'), scopes: ['publish'] })), by: apiClient.token };
    setToken(made.token);
    keep('token');
  }
  if (!token) return html`<p><${Act} label=${t('makeBotToken')} kind="primary" action=${make} /></p>`;
  const url = new URL('.', location.href).href.replace(/\/$/, '');
  return html`<p>${t('tokenOnce')}</p><${Copyable} text=${token} label=${t('token')} />
    <${Switch} label=${t('code')} options=${CODE} value=${kind} onChange=${setKind} />
    <${Copyable} text=${t(`code.${kind}`, { url, token })} label=${kind} />`;
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
  const [href, label] = first ? [`#/webhooks/${first.id}`, 'testWebhook'] : ['#/webhooks/new', 'createWebhook'];
  return !isDone && html`<p><a class="button" href=${href}>${t(label)}</a></p>`;
}

function Alerts() {
  async function send() {
    const { items } = await alertsApi.test();
    if (items.some((one) => one.ok)) keep('alerts');
    const answer = ({ name, ok, sentence }) => html`<p><${Icon} name=${ok ? 'circle-check' : 'circle-x'} />
      ${' '}<code>${name}</code> ${said(sentence)}</p>`;
    return items.length ? html`<div>${items.map(answer)}</div>` : t('noAlerts');
  }
  return html`<${Act} label=${t('testAlert')} action=${send} />`;
}

function Numbers() {
  async function save(form) {
    const given = [...form].filter(([, value]) => value !== '');
    await statsApi.put(Object.fromEntries(given.map(([name, value]) => [name, Number(value)])));
    keep('numbers');
    refreshSoon();
  }
  const field = (
    name,
  ) => html`<${Field} key=${name} label="number.${name}" name=${name} type="number" min="0" inputmode="decimal"
    step=${name.endsWith('_revenue') ? '0.01' : 1} defaultValue=${stats.value[name]} />`;
  return html`<${Form} label="save" action=${save} onCancel=${() => keep('numbers')} cancel="fromZero">
    ${numbersOf(stats.value).map(field)}<//>`;
}
