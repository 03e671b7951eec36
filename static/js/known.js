// What was asked of the server for every view: asked again until it comes, the old shown meanwhile.
import { eventsApi, statsApi, webhooksApi } from './api.js';
import { language } from './i18n.js';
import { persist } from './lib/persist.js';
import { listTokens, tokens } from './rights.js';
import { batch, signal } from './ui.js';
import { allWebhooks, webhooks } from './webhooks.js';

const FIRST_EVENTS = 50;
const REFRESH_AFTER = 300; // ms: a burst of events asks for the numbers once

export const stream = signal([]); // events, newest first
export const isLoaded = signal(false);
export const stats = signal(null);
export const webhookStats = signal(null);
export const eventTypes = signal([]);
export const trouble = signal(null); // { error, since }: why what is shown may be old
export const knownAt = signal(null); // when the server said what is shown, ms
export const now = signal(Date.now()); // for relative times
setInterval(() => {
  now.value = Date.now();
}, 1_000);

const rounds = { all: 0, webhooks: 0, numbers: 0 }; // who is overtaken stops asking

const askTypes = async () => [...(await eventsApi.types(language.value))];
const askEvents = () => eventsApi.list({ limit: FIRST_EVENTS, brief: true });
const askNumbers = () => Promise.all([statsApi.get(), webhooksApi.getStats()]);
const askAll = () => Promise.all([askTypes(), askEvents(), allWebhooks(), askNumbers(), listTokens()]);

// What came over the live feed meanwhile stays on top. Promises the newest event's id.
export const load = () =>
  insist('all', askAll, ([types, { items }, hooks, numbers, admins]) => {
    const newest = items[0]?.id ?? 0;
    stream.value = [...stream.value.filter((one) => one.id > newest), ...items];
    [eventTypes.value, webhooks.value, isLoaded.value, tokens.value] = [types, hooks, true, admins];
    showNumbers(numbers);
    return newest;
  });

// Who comes next may be somebody else.
export function unload() {
  for (const what of Object.keys(rounds)) rounds[what] += 1;
  batch(() => {
    for (const one of [stats, webhookStats, webhooks, trouble, knownAt]) one.value = null;
    [stream.value, isLoaded.value, tokens.value] = [[], false, undefined];
  });
}

export async function reloadTypes() {
  if (isLoaded.value) eventTypes.value = await askTypes();
}

export const refreshWebhooks = () =>
  insist('webhooks', allWebhooks, (hooks) => {
    webhooks.value = hooks;
  });

let refreshing = null;
export function refreshSoon() {
  refreshing ??= setTimeout(() => {
    refreshing = null;
    if (isLoaded.value) insist('numbers', askNumbers, showNumbers); // else the load brings them
  }, REFRESH_AFTER);
}

function showNumbers(numbers) {
  [stats.value, webhookStats.value] = numbers;
  knownAt.value = Date.now();
}

// Promises what `show` gives; nothing where something newer was asked for.
async function insist(what, ask, show) {
  const mine = ++rounds[what];
  const isWanted = () => mine === rounds[what];
  const onTrouble = (error) => {
    if (isWanted()) trouble.value = error && { error, since: trouble.value?.since ?? Date.now() };
  };
  try {
    const take = (found) => (isWanted() ? batch(() => show(found)) : undefined);
    return await persist(async () => take(await ask()), { isWanted, onTrouble });
  } catch (error) {
    onTrouble(error); // the server's own word: a missing scope, say
    return undefined;
  }
}
