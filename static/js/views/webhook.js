// #/webhooks/3 : one webhook in tabs: overview, deliveries, settings, how to verify its signature.
import { webhooksApi } from '../api.js';
import { MenuOf } from '../components/MenuOf.js';
import { Verify } from '../components/NewWebhook.js';
import { Resend, Sending } from '../components/Sending.js';
import { WebhookDeliveries } from '../components/WebhookDeliveries.js';
import { RemoveWebhook, Replay, RotateSecret } from '../components/WebhookDialogs.js';
import { WebhookForm } from '../components/WebhookForm.js';
import { WebhookOverview } from '../components/WebhookOverview.js';
import { WebhookState } from '../components/WebhooksList.js';
import { said, t } from '../i18n.js';
import { legible, middle } from '../lib/text.js';
import { moment } from '../lib/time.js';
import { isAdmin } from '../rights.js';
import { html, useState } from '../ui.js';
import { setActive, webhooks, whyOf } from '../webhooks.js';

const TABS = [
  ['', 'overview'],
  ['/deliveries', 'deliveries'],
  ['/settings', 'settings'],
  ['/verify', 'verify'],
];
const NAME = 48; // signs
const DIALOGS = { remove: RemoveWebhook, replay: Replay, rotate: RotateSecret };

export function WebhookView({ id, tab }) {
  const [dialog, setDialog] = useState(null);
  const webhook = webhooks.value.get(id);
  if (!webhook)
    return html`<section class="card empty"><p>${t('noSuchWebhook', { id })}</p><a class="button" href="#/webhooks">${t('webhooks')}</a></section>`;
  const { is_active: isActive, format } = webhook;
  const isShown = ([path]) => (path !== '/settings' || isAdmin.value) && (path !== '/verify' || format === 'json');
  const Shown = DIALOGS[dialog];
  return html`<section class="card">
    <header class="title"><h2><a class="muted" href="#/webhooks">${t('webhooks')}</a><span class="muted">/</span><bdi title=${webhook.name}>${middle(legible(webhook.name), NAME)}</bdi></h2>
      <${WebhookState} webhook=${webhook} />
      ${
        isAdmin.value &&
        html`<span class="last"><${Sending} key=${id} label="test" link action=${() => webhooksApi.test(id)} />
        <button onClick=${() => setActive(webhook, !isActive)}>${t(isActive ? 'deactivate' : 'activate')}</button>
        <${MenuOf} label=${t('actions')}><button onClick=${() => setDialog('replay')}>${t('replay')}</button>
          ${format === 'json' && html`<button onClick=${() => setDialog('rotate')}>${t('rotate')}</button>`}
          <button class="danger" onClick=${() => setDialog('remove')}>${t('remove')}</button><//></span>`
      }</header>
    <${Trouble} webhook=${webhook} isWhole=${tab === ''} />
    <nav class="tabs" aria-label=${webhook.name}>${TABS.filter(isShown).map(
      ([path, label]) => html`
      <a key=${path} href="#/webhooks/${id}${path}" aria-current=${tab === path ? 'page' : undefined}>${t(label)}</a>`,
    )}</nav>
    ${tab === '' && html`<${WebhookOverview} webhook=${webhook} />`}
    ${tab === '/deliveries' && html`<${WebhookDeliveries} key=${id} webhookId=${id} />`}
    ${tab === '/settings' && isAdmin.value && html`<${WebhookForm} key=${id} webhook=${webhook} onSaved=${() => {}} />`}
    ${tab === '/verify' && html`${!webhook.has_secret && html`<p class="muted">${t('noSecret')}</p>`}<${Verify} />`}
    ${Shown && html`<${Shown} webhook=${webhook} onClose=${() => setDialog(null)} />`}
  </section>`;
}

// What is wrong, since when and why; and what to do about it.
function Trouble({ webhook, isWhole }) {
  const { state, failing_since: since, last_success_at: last, created_at: created, disabled_reason: reason } = webhook;
  if (state !== 'failing' && state !== 'disabled') return null;
  const at = (time) => moment(time);
  return html`<div class="trouble"><p><strong>${said(reason ?? webhook.last_error?.message) ?? whyOf(webhook)}</strong></p>
    <p class="muted">${since && t('failingSince', { time: at(since) })} ${last ? t('lastSuccess', { time: at(last) }) : t('neverSucceeded')}</p>
    ${
      isWhole &&
      html`<div class="toolbar">${isAdmin.value && html`<${Resend} webhook=${webhook} status="undelivered" since=${last ?? created} kind="primary" />`}
      <a class="button" href="#/webhooks/${webhook.id}/deliveries?status=undelivered">${t('showUndelivered')}</a>
      <a class="button" href="#/doctor">${t('doctor')}</a></div>`
    }</div>`;
}
