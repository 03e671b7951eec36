// The history of one webhook's deliveries.
import { webhooksApi } from '../api.js';
import { language, t } from '../i18n.js';
import { moment } from '../lib/time.js';
import { changes } from '../state.js';
import { html, useEffect, useState } from '../ui.js';

const STATUSES = ['success', 'failed', 'pending', 'skipped'];
const RELOAD_EVERY = 2_000; // ms while it is open: outcomes come later than their events

export function WebhookDeliveries({ webhookId }) {
  const [status, setStatus] = useState('');
  const [deliveries, setDeliveries] = useState(null);

  useEffect(() => {
    const load = async () => setDeliveries((await webhooksApi.getDeliveries(webhookId, { status, limit: 50 })).items);
    load();
    const timer = setInterval(load, RELOAD_EVERY);
    return () => clearInterval(timer);
  }, [webhookId, status, changes.value]);

  return html`<section class="card">
    <header class="row"><h2>${t('deliveries')} #${webhookId}</h2><a class="button" href="#/webhooks">${t('back')}</a></header>
    <label>${t('status')}<select onChange=${(event) => setStatus(event.target.value)}>
      <option value="">${t('allStatuses')}</option>
      ${STATUSES.map((one) => html`<option value=${one}>${t(one)}</option>`)}
    </select></label>
    ${deliveries?.length === 0 && html`<p class="muted">${t('noDeliveries')}</p>`}
    ${deliveries?.length > 0 && html`<table>
      <thead><tr>${['time', 'event', 'status', 'httpCode', 'error', 'attempt'].map((key) => html`<th>${t(key)}</th>`)}</tr></thead>
      <tbody>${deliveries.map(row)}</tbody>
    </table>`}
  </section>`;
}

function row(delivery) {
  return html`<tr key=${delivery.id}>
    <td data-label=${t('time')}>${moment(delivery.created_at, language.value)}</td>
    <td data-label=${t('event')}><code>${delivery.event_type}</code></td>
    <td data-label=${t('status')}><span class="status ${delivery.status}">${t(delivery.status)}</span></td>
    <td data-label=${t('httpCode')} class="number">${delivery.response_status ?? '-'}</td>
    <td data-label=${t('error')}>${delivery.error_message ?? '-'}</td>
    <td data-label=${t('attempt')} class="number">${delivery.attempt_number}</td>
  </tr>`;
}
