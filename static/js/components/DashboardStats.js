// The numbers, and how they moved since the page was opened.
import { language, t } from '../i18n.js';
import { rubles } from '../lib/money.js';
import { number } from '../lib/text.js';
import { stats } from '../known.js';
import { html, useEffect, useRef } from '../ui.js';

const isMoney = (field) => field.endsWith('_revenue');
// What GET /stats gives: a number more is a row of numbers.py and a label.
const fieldsOf = (shown) => Object.keys(shown ?? {}).filter((field) => typeof shown[field] === 'number');

export function DashboardStats() {
  const first = useRef(null);
  const shown = stats.value;
  useEffect(() => { first.current ??= shown; }, [shown]);
  const format = (field, value) => (isMoney(field) ? rubles(value, language.value) : number(value, language.value));
  return html`<section class="stats" aria-label=${t('dashboard')}>
    ${fieldsOf(shown).map((field) => {
      const moved = first.current ? shown[field] - first.current[field] : 0;
      return html`<div class="card stat" key=${field}>
        <span class="muted">${t(`number.${field}`)}</span>
        <strong>${format(field, shown[field])}${moved !== 0 && html`<small class="moved"> ${moved > 0 ? '+' : '−'}${format(field, Math.abs(moved))}</small>`}</strong>
      </div>`;
    })}
  </section>`;
}
