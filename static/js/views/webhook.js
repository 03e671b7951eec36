// #/webhooks/3 : one webhook in tabs.
import { webhooksApi } from '../api.js';
import { Attempts, Chart, seriesOf, WINDOWS, WindowSwitch } from '../components/Chart.js';
import { MenuOf } from '../components/MenuOf.js';
import { Verify } from '../components/NewWebhook.js';
import { Resend, Sending } from '../components/Sending.js';
import { WebhookDeliveries } from './deliveries.js';
import { RemoveWebhook, Replay, RotateSecret } from '../components/WebhookDialogs.js';
import { WebhookForm } from '../components/WebhookForm.js';
import { WebhookState } from './webhooks.js';
import {
  Facts,
  html,
  isAdmin,
  Loaded,
  milliseconds,
  moment,
  Name,
  said,
  t,
  Tabs,
  useLoaded,
  useState,
} from '../components/parts.js';
import { setActive, webhooks, whyOf } from '../webhooks.js';
import { conditionText, labelOf } from '../words.js';

const DIALOGS = { remove: RemoveWebhook, replay: Replay, rotate: RotateSecret };
// What the tabs show.
const PARTS = {
  overview: ({ webhook }) => html`<${WebhookOverview} webhook=${webhook} />`,
  deliveries: ({ webhook: { id } }) => html`<${WebhookDeliveries} key=${id} webhookId=${id} />`,
  settings: ({ webhook }) => html`<${WebhookForm} key=${webhook.id} webhook=${webhook} />`,
  verify: ({ webhook }) => html`${!webhook.has_secret && html`<p class="muted">${t('noSecret')}</p>`}<${Verify} />`,
};

export function WebhookView({ id, tab }) {
  const [dialog, setDialog] = useState(null);
  const webhook = webhooks.value.get(id);
  if (!webhook) {
    return html`<section class="card empty"><p>${t('noSuchWebhook', { id })}</p>
      <a class="button" href="#/webhooks">${t('webhooks')}</a></section>`;
  }
  const isShown = { overview: true, deliveries: true, settings: isAdmin.value, verify: webhook.format === 'json' };
  const tabs = Object.keys(PARTS).filter((one) => isShown[one]);
  const current = isShown[tab.slice(1)] ? tab.slice(1) : 'overview';
  const hrefOf = (one) => `#/webhooks/${id}${one === 'overview' ? '' : `/${one}`}`;
  const [Part, Asked] = [PARTS[current], DIALOGS[dialog]];
  return html`<section class="card">
    <header class="title"><h2><a class="muted" href="#/webhooks">${t('webhooks')}</a><span class="muted">/</span>
        <${Name} of=${webhook.name} longest=${48} /></h2><${WebhookState} webhook=${webhook} />
      ${isAdmin.value && html`<${Actions} webhook=${webhook} onAsk=${setDialog} />`}</header>
    <${Trouble} webhook=${webhook} isWhole=${current === 'overview'} />
    <${Tabs} label=${webhook.name} options=${tabs.map((one) => [one, hrefOf(one)])} current=${current} />
    <${Part} webhook=${webhook} />
    ${Asked && html`<${Asked} webhook=${webhook} onClose=${() => setDialog(null)} />`}
  </section>`;
}

function Actions({ webhook, onAsk }) {
  const { id, format, is_active: isActive } = webhook;
  const ask = (what, kind) => html`<button class=${kind} onClick=${() => onAsk(what)}>${t(what)}</button>`;
  return html`<span class="last"><${Sending} key=${id} label="test" link action=${() => webhooksApi.test(id)} />
    <button onClick=${() => setActive(webhook, !isActive)}>${t(isActive ? 'deactivate' : 'activate')}</button>
    <${MenuOf} id=${id} label=${t('actions')}>${ask('replay')}
      ${format === 'json' && ask('rotate')}${ask('remove', 'danger')}<//></span>`;
}

// What is wrong, since when and why; and what to do about it.
function Trouble({ webhook, isWhole }) {
  const { id, state, failing_since: since, last_success_at: last, disabled_reason: reason } = webhook;
  if (state !== 'failing' && state !== 'disabled') return null;
  const success = last ? t('lastSuccess', { time: moment(last) }) : t('neverSucceeded');
  const resend =
    isAdmin.value &&
    html`<${Resend} webhook=${webhook} status="undelivered" since=${last ?? webhook.created_at} kind="primary" />`;
  return html`<div class="trouble"><p>
    <strong>${said(reason ?? webhook.last_error?.message) ?? whyOf(webhook)}</strong></p>
    <p class="muted">${since && t('failingSince', { time: moment(since) })} ${success}</p>
    ${
      isWhole &&
      html`<div class="toolbar">${resend}
      <a class="button" href="#/webhooks/${id}/deliveries?status=undelivered">${t('showUndelivered')}</a>
      <a class="button" href="#/doctor">${t('doctor')}</a></div>`
    }</div>`;
}

function WebhookOverview({ webhook }) {
  const { id, url, last_triggered_at: last, last_success_at: success } = webhook;
  const [window, setWindow] = useState(WINDOWS[0]);
  const loaded = useLoaded(() => webhooksApi.series(id, window), [id, window, last]);
  const facts = {
    url: html`<code title=${url}>${url}</code>`,
    eventTypes: webhook.event_types.map(labelOf).join(', '),
    filter: webhook.filter?.map(conditionText).join('; '),
    format: t(`format.${webhook.format}`),
    description: webhook.description,
    lastCall: last ? moment(last) : t('never'),
    lastSuccessAt: success && moment(success),
  };
  return html`<${Facts} of=${facts} />
    <header class="row"><h3>${t('attempts')}</h3><${WindowSwitch} value=${window} onChange=${setWindow} /></header>
    <${Loaded} of=${loaded}>${(of) => html`<${Graphs} of=${of} />`}<//>`;
}

function Graphs({ of }) {
  const { success, failed } = of.whole;
  const outcomes = { success: 'success', failed: 'failed' };
  const times = { p50_ms: 'type-2', p95_ms: 'type-1' };
  return html`<p><${Attempts} of=${of.whole} /></p>
    <${Chart} title=${t('chartDeliveries')} of=${of} series=${seriesOf(of, outcomes)} />
    ${
      success + failed > 0 &&
      html`<h3>${t('chartLatency')}</h3>
      <${Chart} title=${t('chartLatency')} of=${of} series=${seriesOf(of, times)}
        lines format=${milliseconds} short=${milliseconds} />`
    }`;
}
