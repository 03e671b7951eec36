// #/deliveries : of all webhooks.
import { WebhookDeliveries } from '../components/WebhookDeliveries.js';
import { t } from '../i18n.js';
import { html } from '../ui.js';

export function Deliveries() {
  return html`<section class="card"><h2 class="unseen">${t('deliveries')}</h2><${WebhookDeliveries} /></section>`;
}
