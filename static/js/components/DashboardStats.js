// The four numbers.
import { language, t } from '../i18n.js';
import { stats } from '../state.js';
import { html } from '../ui.js';

export function DashboardStats() {
  const shown = stats.value;
  const number = new Intl.NumberFormat(language.value);
  const rubles = new Intl.NumberFormat(language.value, { style: 'currency', currency: 'RUB', minimumFractionDigits: 0 });
  const cards = [
    ['totalUsers', shown && number.format(shown.total_users)],
    ['activeSubscriptions', shown && number.format(shown.active_subscriptions)],
    ['openTickets', shown && number.format(shown.open_tickets)],
    ['todayRevenue', shown && rubles.format(shown.today_revenue)],
  ];
  return html`<section class="stats">
    ${cards.map(([label, value]) => html`<div class="card stat" key=${label}>
      <span class="muted">${t(label)}</span><strong>${value ?? '–'}</strong>
    </div>`)}
  </section>`;
}
