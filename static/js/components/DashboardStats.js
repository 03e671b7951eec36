// The four numbers, and how they moved since the page was opened.
import { language, t } from '../i18n.js';
import { rubles } from '../lib/money.js';
import { number } from '../lib/text.js';
import { stats } from '../known.js';
import { html, useEffect, useRef } from '../ui.js';

const CARDS = [['totalUsers', 'total_users'], ['activeSubscriptions', 'active_subscriptions'], ['openTickets', 'open_tickets'], ['todayRevenue', 'today_revenue']];

export function DashboardStats() {
  const first = useRef(null);
  const shown = stats.value;
  useEffect(() => { first.current ??= shown; }, [shown]);
  const format = (field, value) => (field === 'today_revenue' ? rubles(value, language.value) : number(value, language.value));
  return html`<section class="stats" aria-label=${t('dashboard')}>
    ${CARDS.map(([label, field]) => {
      const moved = shown && first.current ? shown[field] - first.current[field] : 0;
      return html`<div class="card stat" key=${label}>
        <span class="muted">${t(label)}</span>
        <strong>${shown ? format(field, shown[field]) : '–'}${moved !== 0 && html`<small class="moved"> ${moved > 0 ? '+' : '−'}${format(field, Math.abs(moved))}</small>`}</strong>
      </div>`;
    })}
  </section>`;
}
