// What was shown last, kept in this browser: without a network the page opens with it. On somebody else's
// device nothing is kept.
import { eventTypes, isLoaded, knownAt, stats, stream, webhookStats } from './known.js';
import { device } from './lib/storage.js';
import { batch } from './ui.js';
import { webhooks } from './webhooks.js';

const KEPT = 'bedolaga.last';
const EVENTS = 50;
const MOST = 1_000_000; // characters: a browser keeps five millions for all
const LISTS = { stream, eventTypes };
const OBJECTS = { stats, webhookStats };

let whose = null; // the beginning of the token

export function begin(token, isForeign) {
  whose = isForeign ? null : token.slice(0, 12);
  const kept = device.object(KEPT);
  if (!whose || kept.whose !== whose) return;
  batch(() => {
    for (const [name, known] of Object.entries(LISTS)) if (Array.isArray(kept[name])) known.value = kept[name];
    for (const [name, known] of Object.entries(OBJECTS)) if (kept[name] instanceof Object) known.value = kept[name];
    if (!Array.isArray(kept.webhooks) || !Number.isFinite(kept.at)) return;
    webhooks.value = new Map(kept.webhooks.map((one) => [one.id, one]));
    [knownAt.value, isLoaded.value] = [kept.at, true];
  });
}

export function forget() {
  whose = null;
  device.remove(KEPT);
}

// When the page is put away: a phone may never wake it again.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') keep();
});
addEventListener('pagehide', keep);

function keep() {
  if (!whose || !knownAt.value) return;
  const known = Object.entries({ ...LISTS, ...OBJECTS }).map(([name, one]) => [name, one.value]);
  const text = JSON.stringify({
    ...Object.fromEntries(known),
    stream: stream.value.slice(0, EVENTS),
    webhooks: [...webhooks.value.values()],
    whose,
    at: knownAt.value,
  });
  if (text.length < MOST) device.set(KEPT, text);
}
