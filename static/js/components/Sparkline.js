// A day of a webhook's calls in a table cell: one bar an hour, failures on top.
import { t } from '../i18n.js';
import { number } from '../lib/text.js';
import { html } from '../ui.js';

const HEIGHT = 20;
const STEP = 4;

export function Sparkline({ series }) {
  if (!series) return '–';
  const { success, failed } = series;
  const most = Math.max(...success.map((good, hour) => good + failed[hour]));
  const tall = (value) => (value / most) * HEIGHT;
  const sum = (values) => number(values.reduce((all, one) => all + one, 0));
  return html`<svg class="sparkline" role="img" width=${success.length * STEP} height=${HEIGHT} aria-label=${`${t('successes')}: ${sum(success)}, ${t('failures')}: ${sum(failed)}`}>
    ${success.map(
      (good, hour) => html`
      <rect class="good" x=${hour * STEP} width=${STEP - 1} y=${HEIGHT - tall(good)} height=${tall(good)} />
      <rect class="bad" x=${hour * STEP} width=${STEP - 1} y=${HEIGHT - tall(good + failed[hour])} height=${tall(failed[hour])} />`,
    )}
  </svg>`;
}
