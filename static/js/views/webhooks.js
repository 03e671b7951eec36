// #/webhooks : the list.
import { settingsApi } from '../api.js';
import { Dialog } from '../components/Dialog.js';
import { RemoveWebhook } from '../components/RemoveWebhook.js';
import { WebhookForm } from '../components/WebhookForm.js';
import { WebhooksList } from '../components/WebhooksList.js';
import { t } from '../i18n.js';
import { go } from '../place.js';
import { attempt } from '../toasts.js';
import { webhooks } from '../webhooks.js';
import { html, useState } from '../ui.js';

const create = () => go('#/webhooks/new');

export function NewWebhook({ onClose }) {
  return html`<${Dialog} title=${t('createWebhook')} onClose=${onClose}><${WebhookForm} onDone=${onClose} /><//>`;
}

export function Webhooks() {
  const [form, setForm] = useState(null); // {initial} to begin with
  const [removing, setRemoving] = useState(null);
  const close = () => setForm(null);

  async function forSandbox() {
    const settings = await attempt(() => settingsApi.get());
    if (!settings?.has_sink) return create();
    const url = new URL('sink/in', `${location.origin}${location.pathname}`).href;
    return setForm({ initial: { name: t('sinkWebhook'), url, event_types: ['*'], generate_secret: true } });
  }

  return html`<section class="card">
    ${webhooks.value.size === 0
      ? html`<div class="empty"><p>${t('noWebhooks')}</p>
        <span class="buttons"><button class="primary" onClick=${create}>${t('createWebhook')}</button>
          <button onClick=${forSandbox}>${t('noWebhooksSink')}</button></span></div>`
      : html`<${WebhooksList} onCreate=${create} onRemove=${setRemoving} />`}
    ${form && html`<${Dialog} title=${t('createWebhook')} onClose=${close}><${WebhookForm} initial=${form.initial} onDone=${close} /><//>`}
    ${removing && html`<${RemoveWebhook} webhook=${removing} onClose=${() => setRemoving(null)} />`}
  </section>`;
}
