// The webhooks that the page knows: shown everywhere alike.
import { webhooksApi } from './api.js';
import { said, t } from './i18n.js';
import { inLine } from './lib/text.js';
import { attempt, toast } from './toasts.js';
import { signal } from './ui.js';

const PAGE = 200;
const SERVICE = /^(Telegram|MAX|Discord|Slack|ntfy): /; // a chat's own words tell more than the code does
const WORST_FIRST = ['disabled', 'failing', 'working', 'off'];

export const webhooks = signal(null); // by id; null until they are loaded

export async function allWebhooks() {
  const found = [];
  let page;
  do {
    page = await webhooksApi.list({ limit: PAGE, offset: found.length });
    found.push(...page.items);
  } while (page.items.length && found.length < page.total);
  return new Map(found.map((one) => [one.id, one]));
}

export const webhookName = (id) => inLine(webhooks.value?.get(id)?.name ?? `#${id}`);

// Who needs a person first, then the newest.
export const byHealth = (a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state) || b.id - a.id;

// Why an attempt failed.
export const faultOf = ({ code, status, message }) =>
  !code || SERVICE.test(message) ? said(message) : t(`code.${code}`, { status });

// Why it needs a person; null where there is nothing to say.
export function whyOf({ state, last_error: error, disabled_reason: reason }) {
  if (state === 'disabled') return said(reason);
  return state === 'failing' && error ? faultOf(error) : null;
}

export function keepWebhook(...some) {
  if (!webhooks.value || !some.length) return; // the load brings them
  const known = new Map(webhooks.value);
  for (const one of some) known.set(one.id, { ...known.get(one.id), ...one });
  webhooks.value = known;
}

export function forgetWebhook(id) {
  webhooks.value = new Map([...webhooks.value].filter(([one]) => one !== id));
}

export async function setActive(webhook, isActive) {
  const { id, name } = webhook;
  keepWebhook({ id, is_active: isActive, state: isActive ? 'working' : 'off' }); // at once, taken back if refused
  const after = await attempt(() => webhooksApi.update(id, { is_active: isActive }));
  keepWebhook(after ?? webhook);
  if (!after) return;
  const count = after.skipped_since_inactive;
  if (count) {
    toast(t('skippedWhileInactive', { name, count }), { href: `#/webhooks/${id}/deliveries?status=skipped` });
  } else {
    const button = { label: t('undo'), press: () => setActive(after, !isActive) };
    toast(t(isActive ? 'webhookActivated' : 'webhookDeactivated', { name }), { button });
  }
}
