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

// Load everything; what came over the live feed meanwhile stays on top. Promises the newest event's id.
export function load() {
  return insist('all', async () => {
    const [types, events, hooks, numbers, admins] = await Promise.all([
      eventsApi.types(language.value),
      eventsApi.list({ limit: FIRST_EVENTS, brief: true }),
      allWebhooks(),
      askNumbers(),
      listTokens(),
    ]);
    return () => {
      const newest = events.items[0]?.id ?? 0;
      stream.value = [...stream.value.filter((one) => one.id > newest), ...events.items];
      [eventTypes.value, webhooks.value, isLoaded.value, tokens.value] = [types, hooks, true, admins];
      showNumbers(numbers);
      return newest;
    };
  });
}

// Nothing is known any more: who comes next may be somebody else.
export function unload() {
  rounds.all += 1;
  rounds.webhooks += 1;
  rounds.numbers += 1;
  batch(() => {
    [stream.value, stats.value, webhookStats.value] = [[], null, null];
    [webhooks.value, isLoaded.value, trouble.value, knownAt.value, tokens.value] = [null, false, null, null, null];
  });
}

export async function reloadTypes() {
  if (isLoaded.value) eventTypes.value = await eventsApi.types(language.value);
}

export function refreshWebhooks() {
  return insist('webhooks', async () => {
    const hooks = await allWebhooks();
    return () => {
      webhooks.value = hooks;
    };
  });
}

let refreshing = null;
export function refreshSoon() {
  refreshing ??= setTimeout(async () => {
    refreshing = null;
    if (!isLoaded.value) return; // the load brings them
    await insist('numbers', async () => {
      const numbers = await askNumbers();
      return () => showNumbers(numbers);
    });
  }, REFRESH_AFTER);
}

const askNumbers = () => Promise.all([statsApi.get(), webhooksApi.getStats()]);
function showNumbers(numbers) {
  [stats.value, webhookStats.value] = numbers;
  knownAt.value = Date.now();
}

// Ask until it comes, and show it unless something newer was asked for; trouble is told. Promises what
// showing it gives.
async function insist(what, ask) {
  const mine = ++rounds[what];
  const isWanted = () => mine === rounds[what];
  const tell = (error) => {
    if (isWanted()) trouble.value = error && { error, since: trouble.value?.since ?? Date.now() };
  };
  try {
    const show = await persist(ask, { isWanted, onTrouble: tell });
    return show && isWanted() ? batch(show) : undefined;
  } catch (error) {
    tell(error); // the server's own word, a missing scope say; trying again would not help
    return undefined;
  }
}
