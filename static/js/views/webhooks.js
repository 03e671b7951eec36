// #/webhooks : the list.
import { settingsApi } from '../api.js';
import { RemoveWebhook } from '../components/RemoveWebhook.js';
import { WebhookForm } from '../components/WebhookForm.js';
import { WebhooksList } from '../components/WebhooksList.js';
import { t } from '../i18n.js';
import { attempt, webhooks } from '../state.js';
import { html, useState } from '../ui.js';

export function Webhooks({ creating }) {
  const [form, setForm] = useState(creating ? {} : null); // {} to create, {webhook} to edit
  const [removing, setRemoving] = useState(null);

  async function forSandbox() {
    const settings = await attempt(() => settingsApi.get());
    if (!settings?.has_sink) return setForm({});
    const url = new URL('sink/in', `${location.origin}${location.pathname}`).href;
    return setForm({ initial: { name: t('sinkWebhook'), url, event_type: '*', generate_secret: true } });
  }

  return html`<section class="card">
    <header class="row"><h1>${t('webhooks')}</h1>
      <button class="primary" onClick=${() => setForm({})}>${t('createWebhook')}</button></header>
    ${webhooks.value.size === 0
      ? html`<div class="empty"><p>${t('noWebhooks')}</p><button onClick=${forSandbox}>${t('noWebhooksSink')}</button></div>`
      : html`<${WebhooksList} onEdit=${(webhook) => setForm({ webhook })} onRemove=${setRemoving} />`}
    ${form && html`<${WebhookForm} ...${form} onClose=${() => setForm(null)} />`}
    ${removing && html`<${RemoveWebhook} webhook=${removing} onClose=${() => setRemoving(null)} />`}
  </section>`;
}
