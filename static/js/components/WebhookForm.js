// Create or edit a webhook; the server's sentence stands under the field that it is about.
import { webhooksApi } from '../api.js';
import { t } from '../i18n.js';
import { eventTypes } from '../state.js';
import { html, useState } from '../ui.js';
import { Dialog } from './Dialog.js';

export function WebhookForm({ webhook, onSuccess, onCancel }) {
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState(null);

  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const body = {
      name: form.get('name'),
      url: form.get('url'),
      secret: form.get('secret'),
      description: form.get('description') || null,
      ...(webhook ? { is_active: form.has('is_active') } : { event_type: form.get('event_type') }),
    };
    setSaving(true);
    setError(null);
    try {
      await (webhook ? webhooksApi.update(webhook.id, body) : webhooksApi.create(body));
      onSuccess();
    } catch (failure) {
      setError(failure);
      setSaving(false);
    }
  }

  const field = (name) => error?.errors?.find((one) => one.loc[0] === name)?.msg;
  const hint = (name) => field(name) && html`<small class="problem" role="alert">${field(name)}</small>`;
  const elsewhere = error && !['name', 'url', 'secret', 'description'].some(field);
  return html`<${Dialog} title=${t(webhook ? 'editWebhook' : 'createWebhook')} onClose=${onCancel}>
    <form class="fields" onSubmit=${submit}>
      <label>${t('name')} *<input name="name" required maxlength="255" value=${webhook?.name} />${hint('name')}</label>
      <label>${t('url')} *<input name="url" type="url" required placeholder="https://example.com/webhook" value=${webhook?.url} />${hint('url')}</label>
      <label>${t('eventType')} *<${TypeSelect} webhook=${webhook} /></label>
      <label>${t('secret')}<input name="secret" type="password" autocomplete="new-password" placeholder=${t('secretPlaceholder')} />
        <small class="muted">${t('secretHint')}</small>${hint('secret')}</label>
      <label>${t('description')}<textarea name="description" rows="3">${webhook?.description}</textarea>${hint('description')}</label>
      ${webhook && html`<label class="check"><input name="is_active" type="checkbox" defaultChecked=${webhook.is_active} /> ${t('active')}</label>`}
      ${elsewhere && html`<p class="problem" role="alert">${error.message}</p>`}
      <div class="buttons">
        <button type="button" onClick=${onCancel} disabled=${saving}>${t('cancel')}</button>
        <button class="primary" disabled=${saving}>${t(saving ? 'saving' : webhook ? 'save' : 'create')}</button>
      </div>
    </form>
  <//>`;
}

// The type of an existing webhook cannot be changed.
function TypeSelect({ webhook }) {
  if (webhook) return html`<input value=${webhook.event_type} disabled />`;
  return html`<select name="event_type" required>
    <option value="">${t('chooseType')}</option>
    <option value="*">${t('allTypes')}</option>
    ${eventTypes.value.map((one) => html`<option value=${one.value}>${one.label} (${one.value})</option>`)}
  </select>`;
}
