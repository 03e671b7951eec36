// Deleting a webhook asks for its name.
import { webhooksApi } from '../api.js';
import { t } from '../i18n.js';
import { attempt, toast } from '../toasts.js';
import { forgetWebhook } from '../webhooks.js';
import { html, useState } from '../ui.js';
import { Dialog } from './Dialog.js';

export function RemoveWebhook({ webhook, onClose }) {
  const [typed, setTyped] = useState('');

  async function submit(event) {
    event.preventDefault();
    const done = await attempt(() => webhooksApi.delete(webhook.id).then(() => true));
    if (done) {
      forgetWebhook(webhook.id);
      toast(t('deleted', { name: webhook.name }));
      location.hash = '#/webhooks';
    }
    onClose();
  }

  return html`<${Dialog} title=${t('remove')} onClose=${onClose} light>
    <form class="fields" onSubmit=${submit}>
      <p>${t('confirmDelete', { name: webhook.name })}</p>
      <label>${t('typeName')}<input value=${typed} onInput=${(event) => setTyped(event.target.value)} autocomplete="off" /></label>
      <div class="buttons"><button type="button" onClick=${onClose}>${t('cancel')}</button>
        <button class="danger" disabled=${typed.trim() !== webhook.name.trim()}>${t('remove')}</button></div>
    </form>
  <//>`;
}
