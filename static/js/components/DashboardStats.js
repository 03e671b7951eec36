// The numbers, how they moved since yesterday, and their last week.
import { stats } from '../known.js';
import { headline, rubles } from '../lib/money.js';
import { brief, html, number, t } from './parts.js';

const DAYS = 7;
const [WIDTH, HEIGHT] = [72, 24]; // px

const isMoney = (field) => field.endsWith('_revenue');
// What GET /stats gives: a number more is a row of numbers.py and a label.
export const numbersOf = (shown) => Object.keys(shown ?? {}).filter((field) => typeof shown[field] === 'number');

// `days`: GET /stats/series by day, once it is there.
export function DashboardStats({ days }) {
  return html`<section class="stats" aria-label=${t('dashboard')}>
    ${numbersOf(stats.value).map((field) => html`<${Card} key=${field} field=${field} days=${days} />`)}</section>`;
}

function Card({ field, days }) {
  const { [field]: shown, yesterday } = stats.value;
  const money = isMoney(field);
  const week = money ? days?.items.map((one) => one.revenue) : days?.gauges.map((one) => one[field]);
  return html`<div class="card stat"><span class="name">${t(`number.${field}`)}</span>
    <span class="value" title=${(money ? rubles : number)(shown)}>
      <strong>${(money ? headline : brief)(shown)}</strong>
      ${' '}<${Moved} now=${shown} before=${yesterday?.[field]} isShare=${money} /></span>
    <${Week} values=${(week ?? []).slice(-DAYS)} /></div>`;
}

// A part of a number is no progress: today's money is compared with the whole of yesterday's.
function Moved({ now, before, isShare }) {
  const by = isShare ? now / before - 1 : now - before;
  if (typeof before !== 'number' || !Number.isFinite(by) || !by) return null;
  const style = isShare ? 'percent' : 'decimal';
  const text = brief(by, { style, signDisplay: 'always', maximumFractionDigits: 0 });
  return html`<small class="moved" title=${t('sinceYesterday')}>${text.replace('-', '−')}</small>`;
}

function Week({ values }) {
  const known = values.filter((one) => typeof one === 'number');
  if (known.length < 2 || !known.some(Boolean)) return html`<span class="week"></span>`;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const y = (value) => (high === low ? HEIGHT / 2 : HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4));
  const x = (index) => 2 + (index * (WIDTH - 4)) / (values.length - 1);
  const points = values.flatMap((one, index) => (typeof one === 'number' ? [`${x(index)},${y(one)}`] : []));
  return html`<svg class="week" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    <polyline points=${points.join(' ')} /></svg>`;
}
