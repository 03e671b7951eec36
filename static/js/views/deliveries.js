// #/deliveries : of all webhooks.
import { WebhookDeliveries } from '../components/WebhookDeliveries.js';
import { html } from '../ui.js';

export function Deliveries() {
  return html`<section class="card"><${WebhookDeliveries} /></section>`;
}
