// The first thing that the page says: what is not delivered, why, since when; or that all is well. Then what
// the server refused: nobody else would tell the bot's owner.
import { eventsApi } from '../api.js';
import { now, webhookStats } from '../known.js';
import { webhooks } from '../webhooks.js';
import { problemIn } from '../words.js';
import { html, Icon, middle, moment, number, said, span, t, useEvery, useLoaded } from './parts.js';

const NAME = 32; // signs
const WORST_FIRST = ['disabled', 'failing'];

export function Health() {
  const all = [...webhooks.value.values()];
  const [[kind, icon], href, headline, why] = stateOf(all);
  return html`<section class="health ${kind}" aria-label=${t('health')}><a href=${href}><${Icon} name=${icon} />
    ${headline && html`<strong>${headline}</strong>`}${why && html`<span class="why">${why}</span>`}
    <span class="open">${t(all.length ? 'open' : 'create')} <${Icon} name="chevron-right" /></span></a></section>`;
}

// Looks, address and words, worst first (contract §4).
function stateOf(all) {
  if (!all.length) return [['muted', 'webhook'], '#/webhooks/new', t('noWebhooksYet'), t('sentNowhere')];
  const rank = ({ state }) => WORST_FIRST.indexOf(state);
  const ill = all.filter((one) => rank(one) >= 0);
  const [worst, ...others] = ill.sort((a, b) => rank(a) - rank(b) || b.undelivered - a.undelivered);
  const undelivered = all.reduce((sum, one) => sum + one.undelivered, 0);
  const waiting = webhookStats.value?.pending_deliveries;
  if (!undelivered && !worst) {
    const queue = waiting > 0 && t('inQueue', { count: number(waiting) });
    return [['success', 'circle-check'], '#/deliveries', t('allDelivered'), queue];
  }
  const missed = undelivered > 0 && t('undelivered', { count: number(undelivered) });
  const more = others.length ? t('andMore', { count: others.length }) : '';
  const one = `#/webhooks/${worst?.id}${missed ? '/deliveries?status=undelivered' : ''}`;
  const href = worst && !others.length ? one : '#/deliveries';
  return [['failure', 'triangle-alert'], href, missed, worst ? `${whyOf(worst)}${more}` : t('allWorkNow')];
}

// "CRM has failed for 20 min (HTTP 503)"
function whyOf(webhook) {
  const { name, state, failing_since: since } = webhook;
  const time = since && span(now.value - Date.parse(since));
  return t(`trouble.${state}`, { name: middle(name, NAME), why: problemIn(webhook) ?? '', time });
}

const ASK_EVERY = 60_000; // ms
const SHOWN = 5; // types

export function Refused() {
  const { value } = useLoaded(eventsApi.refused, [useEvery(ASK_EVERY)]);
  const row = ({ type, count, detail, first_at: at }) => html`<p key=${type} title=${said(detail)}>
    <${Icon} name="triangle-alert" /> <span>${t('refused', { count, type, since: moment(at) })}
      ${' '}<span class="muted">${said(detail)}</span></span></p>`;
  return (
    value?.items.length > 0 &&
    html`<section class="card refused" role="status">${value.items.slice(0, SHOWN).map(row)}</section>`
  );
}
