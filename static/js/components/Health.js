// The first thing that the page says: what is not delivered, why, since when; or that all is well.
import { t } from '../i18n.js';
import { now, webhookStats } from '../known.js';
import { isolated, middle, number } from '../lib/text.js';
import { span } from '../lib/time.js';
import { html } from '../ui.js';
import { webhooks } from '../webhooks.js';
import { problemIn } from '../words.js';
import { Icon } from './Icon.js';

const NAME = 32; // signs
const WORST_FIRST = ['disabled', 'failing'];

export function Health() {
  if (!webhooks.value) return html`<div class="health skeleton" aria-hidden="true"></div>`;
  const all = [...webhooks.value.values()];
  const { undelivered, ill } = healthOf(all);
  const isWell = !undelivered && !ill.length;
  const kind = !isWell ? 'failure' : all.length ? 'success' : 'muted';
  const icon = { failure: 'triangle-alert', success: 'circle-check', muted: 'webhook' }[kind];
  return html`<section class="health ${kind}" aria-label=${t('health')}>
    <a href=${hrefOf(undelivered, ill, all)}><${Icon} name=${icon} />
      ${isWell ? wellOf(all) : troubleOf(undelivered, ill)}
      <span class="open">${t(all.length ? 'open' : 'create')} <${Icon} name="chevron-right" /></span></a></section>`;
}

// How many deliveries are not delivered, and the webhooks that need somebody, worst first (contract §4).
function healthOf(all) {
  const rank = ({ state }) => WORST_FIRST.indexOf(state);
  const ill = all.filter((one) => rank(one) >= 0);
  return {
    undelivered: all.reduce((sum, one) => sum + one.undelivered, 0),
    ill: ill.sort((one, other) => rank(one) - rank(other) || other.undelivered - one.undelivered),
  };
}

const shown = (count) => number(count);

function wellOf(all) {
  const waiting = webhookStats.value?.pending_deliveries ?? 0;
  const more = all.length ? waiting > 0 && t('inQueue', { count: shown(waiting) }) : t('sentNowhere');
  return html`<strong>${t(all.length ? 'allDelivered' : 'noWebhooksYet')}</strong>
    ${more && html`<span class="why">${more}</span>`}`;
}

function troubleOf(undelivered, [worst, ...others]) {
  const more = others.length > 0 && t('andMore', { count: others.length });
  return html`${undelivered > 0 && html`<strong>${t('undelivered', { count: shown(undelivered) })}</strong>`}
    <span class="why">${worst ? html`${whyOf(worst)}${more}` : t('allWorkNow')}</span>`;
}

// "CRM has failed for 20 min (HTTP 503)"
function whyOf(webhook) {
  const { state, failing_since: since } = webhook;
  const time = since && span(now.value - Date.parse(since));
  return t(`trouble.${state}`, { name: isolated(middle(webhook.name, NAME)), why: problemIn(webhook) ?? '', time });
}

function hrefOf(undelivered, ill, all) {
  if (!all.length) return '#/webhooks/new';
  if (ill.length === 1) return `#/webhooks/${ill[0].id}${undelivered ? '/deliveries?status=undelivered' : ''}`;
  return '#/deliveries';
}
