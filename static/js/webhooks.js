// The webhooks that the page knows, by id: what is shown of them is shown everywhere alike.
import { webhooksApi } from './api.js';
import { t } from './i18n.js';
import { attempt, toast } from './toasts.js';
import { signal } from './ui.js';

const PAGE = 200;

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

export function webhookName(id) {
  return webhooks.value?.get(id)?.name ?? `#${id}`;
}

export function keepWebhook(...some) {
  if (!webhooks.value || !some.length) return; // the load brings them
  const known = new Map(webhooks.value);
  for (const one of some) known.set(one.id, { ...known.get(one.id), ...one });
  webhooks.value = known;
}

export function forgetWebhook(id) {
  const rest = new Map(webhooks.value);
  rest.delete(id);
  webhooks.value = rest;
}

export async function setActive(webhook, isActive) {
  keepWebhook({ id: webhook.id, is_active: isActive }); // shown at once, taken back if refused
  const after = await attempt(() => webhooksApi.update(webhook.id, { is_active: isActive }));
  keepWebhook(after ?? webhook);
  if (!after) return;
  const button = { label: t('undo'), press: () => setActive(after, !isActive) };
  if (after.skipped_since_inactive) {
    toast(t('skippedWhileInactive', { name: webhook.name, count: after.skipped_since_inactive }), { button });
  } else {
    toast(t(isActive ? 'webhookActivated' : 'webhookDeactivated', { name: webhook.name }), { button });
  }
}
