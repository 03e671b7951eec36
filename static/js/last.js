// What was shown last: without a network the page opens with it. Nothing is kept on somebody else's device.
import { eventTypes, isLoaded, knownAt, stats, stream, webhookStats } from './known.js';
import { device } from './lib/storage.js';
import { batch } from './ui.js';
import { webhooks } from './webhooks.js';

const KEPT = 'bedolaga.last';
const EVENTS = 50;
const MOST = 1_000_000; // characters: a browser keeps five millions for all
const SHOWN = Object.entries({ stream, eventTypes, stats, webhookStats, knownAt });

let whose = null; // the beginning of the token

export function begin(token, isForeign) {
  whose = isForeign ? null : token.slice(0, 12);
  const kept = device.object(KEPT);
  const lists = [kept.stream, kept.eventTypes, kept.webhooks];
  const isList = (one) => Array.isArray(one) && one.every((item) => item?.id ?? item?.value);
  if (!whose || kept.whose !== whose || !kept.knownAt || !lists.every(isList)) return;
  batch(() => {
    for (const [name, known] of SHOWN) known.value = kept[name];
    webhooks.value = new Map(kept.webhooks.map((one) => [one.id, one]));
    isLoaded.value = true;
  });
}

export function forget() {
  whose = null;
  device.remove(KEPT);
}

// When the page is put away: a phone may never wake it again.
document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && keep());
addEventListener('pagehide', keep);

function keep() {
  if (!whose || !knownAt.value) return;
  const kept = Object.fromEntries(SHOWN.map(([name, known]) => [name, known.value]));
  const [latest, hooks] = [stream.value.slice(0, EVENTS), [...webhooks.value.values()]];
  const text = JSON.stringify({ ...kept, stream: latest, webhooks: hooks, whose });
  if (text.length < MOST) device.set(KEPT, text);
}
