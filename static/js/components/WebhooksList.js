// The table of webhooks and what can be done with them.
import { webhooksApi } from '../api.js';
import { language, t } from '../i18n.js';
import { moment } from '../lib/time.js';
import { changes, notice } from '../state.js';
import { html, useEffect, useState } from '../ui.js';
import { WebhookForm } from './WebhookForm.js';

const RELOAD_AFTER = 300; // ms: a burst of events is one reload

export function WebhooksList() {
  const [webhooks, setWebhooks] = useState(null);
  const [form, setForm] = useState(null); // {} to create, {webhook} to edit

  const load = async () => setWebhooks((await webhooksApi.list({ limit: 200 })).items);
  useEffect(() => {
    const timer = setTimeout(load, webhooks ? RELOAD_AFTER : 0);
    return () => clearTimeout(timer);
  }, [changes.value]);

  async function toggle(webhook) {
    const after = await webhooksApi.update(webhook.id, { is_active: !webhook.is_active });
    if (after.skipped_since_inactive) {
      notice.value = t('skippedWhileInactive', { count: after.skipped_since_inactive });
    }
    await load();
  }

  async function remove(webhook) {
    if (!confirm(t('confirmDelete', { name: webhook.name }))) return;
    await webhooksApi.delete(webhook.id);
    await load();
  }

  return html`<section class="card">
    <header class="row"><h2>${t('webhooks')}</h2>
      <button class="primary" onClick=${() => setForm({})}>${t('createWebhook')}</button></header>
    ${notice.value && html`<p role="status">${notice.value}</p>`}
    ${webhooks?.length === 0 && html`<p class="muted">${t('noWebhooks')}</p>`}
    ${webhooks?.length > 0 && html`<table>
      <thead><tr>${['name', 'url', 'eventType', 'status', 'successes', 'failures', 'lastCall', 'actions'].map((key) => html`<th>${t(key)}</th>`)}</tr></thead>
      <tbody>${webhooks.map((one) => html`<${Row} key=${one.id} webhook=${one} toggle=${toggle} edit=${() => setForm({ webhook: one })} remove=${remove} />`)}</tbody>
    </table>`}
    ${form && html`<${WebhookForm} webhook=${form.webhook} onCancel=${() => setForm(null)} onSuccess=${() => { setForm(null); load(); }} />`}
  </section>`;
}

function Row({ webhook, toggle, edit, remove }) {
  return html`<tr>
    <td data-label=${t('name')}>${webhook.name}</td>
    <td data-label=${t('url')}><code class="url">${webhook.url}</code></td>
    <td data-label=${t('eventType')}><code>${webhook.event_type}</code></td>
    <td data-label=${t('status')}><span class="status ${webhook.is_active ? 'success' : 'skipped'}" title=${webhook.disabled_reason}>${t(webhook.is_active ? 'active' : 'inactive')}</span></td>
    <td data-label=${t('successes')} class="number">${webhook.success_count}</td>
    <td data-label=${t('failures')} class="number">${webhook.failure_count}</td>
    <td data-label=${t('lastCall')}>${webhook.last_triggered_at ? moment(webhook.last_triggered_at, language.value) : t('never')}</td>
    <td class="buttons">
      <button onClick=${() => toggle(webhook)}>${t(webhook.is_active ? 'deactivate' : 'activate')}</button>
      <button onClick=${edit}>${t('edit')}</button>
      <a class="button" href="#/webhooks/${webhook.id}">${t('history')}</a>
      <button class="danger" onClick=${() => remove(webhook)}>${t('remove')}</button>
    </td>
  </tr>`;
}
