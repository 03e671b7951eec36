// #/webhooks : the list.
import { settingsApi } from '../api.js';
import { useLoaded } from '../components/Loaded.js';
import { NewWebhook } from '../components/NewWebhook.js';
import { RemoveWebhook } from '../components/WebhookDialogs.js';
import { WebhooksList } from '../components/WebhooksList.js';
import { t } from '../i18n.js';
import { go } from '../place.js';
import { isAdmin } from '../rights.js';
import { html, useState } from '../ui.js';
import { webhooks } from '../webhooks.js';
import { sinkWebhook } from './sandbox.js';

export function Webhooks() {
  const [removing, setRemoving] = useState(null);
  const [initial, setInitial] = useState(null); // to begin with, for the sandbox
  const onCreate = () => go('#/webhooks/new');
  return html`<section class="card">
    ${webhooks.value.size === 0 ? html`<${Empty} onCreate=${onCreate} onTry=${() => setInitial(sinkWebhook())} />` : html`<${WebhooksList} onCreate=${onCreate} onRemove=${setRemoving} />`}
    ${initial && html`<${NewWebhook} initial=${initial} onClose=${() => setInitial(null)} />`}
    ${removing && html`<${RemoveWebhook} webhook=${removing} onClose=${() => setRemoving(null)} />`}
  </section>`;
}

// The sandbox is offered where there is one.
function Empty({ onCreate, onTry }) {
  const { value: settings } = useLoaded(settingsApi.get, []);
  return html`<div class="empty"><p>${t('noWebhooks')}</p>
    ${
      isAdmin.value &&
      html`<span class="toolbar"><button class="primary" onClick=${onCreate}>${t('createWebhook')}</button>
      ${settings?.has_sink && html`<button onClick=${onTry}>${t('noWebhooksSink')}</button>`}</span>`
    }</div>`;
}
