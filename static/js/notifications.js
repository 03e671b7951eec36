// The last events worth a word, kept in this browser.
import { t } from './i18n.js';
import { rubles, sumOf } from './lib/money.js';
import { device } from './lib/storage.js';
import { plural } from './lib/text.js';
import { path } from './place.js';
import { toast } from './toasts.js';
import { effect, signal } from './ui.js';
import { canWork, worker } from './version.js';

const KEPT = 'bedolaga.notifications';
const LIST = 'bedolaga.notified';
const MOST = 50;
const CUT = 200; // characters of a text that is kept
const FOLD_AFTER = 1_500; // ms: what comes within is one toast
const KEEP_AFTER = 1_000; // ms: a burst is written once
const SHOWING = [undefined, '', 'events', 'notifications']; // views with new events in them
const isPhone = matchMedia('(max-width: 960px)').matches;

// What a toast says of an event, in the reference's words; null when it is not worth one.
const TEXTS = {
  __proto__: null,
  'user.created': ({ username, first_name: name, user_id: id }) =>
    t('notifyUser', { name: username ? `@${username}` : (name ?? id) }),
  'payment.completed': (payment) => t('notifyPayment', { amount: rubles(sumOf(payment) ?? 0) }),
  'ticket.created': ({ title, ticket_id: id }) => t('notifyTicket', { title: title ?? `#${id}` }),
  'ticket.message_added': ({ is_from_admin: isOurs, ticket_id: id }) => (isOurs ? null : t('notifyReply', { id })),
};
export const KINDS = Object.keys(TEXTS);

// As they were kept; what is no answer to the question counts as none.
/** @type {(kept: any, defaults: Record<string, boolean>) => any} */
const answers = (kept, defaults) => {
  const given = Object.entries(kept ?? {}).filter(([name, one]) => name in defaults && typeof one === 'boolean');
  return { ...defaults, ...Object.fromEntries(given) };
};
const kept = device.object(KEPT);
export const preferences = signal({
  ...answers(kept, { enabled: true, toasts: !isPhone, browser: false, sound: false }),
  kinds: answers(kept.kinds, Object.fromEntries(KINDS.map((one) => [one, true]))),
});
const list = device.object(LIST);
export const notifications = signal(Array.isArray(list.items) ? list.items.filter(isNotification) : []); // newest first
export const unread = signal(Number.isInteger(list.unread) ? list.unread : 0);

effect(() => {
  device.set(KEPT, JSON.stringify(preferences.value));
});

let keeping = null;
effect(() => {
  const kept = JSON.stringify({ items: notifications.value, unread: unread.value });
  clearTimeout(keeping);
  keeping = setTimeout(() => device.set(LIST, kept), KEEP_AFTER);
});

function isNotification(one) {
  return typeof one?.type === 'string' && one.payload instanceof Object && !Number.isNaN(Date.parse(one.timestamp));
}

let folded = [];
export function take({ id, type, timestamp, payload }) {
  const { enabled, kinds } = preferences.value;
  const text = enabled && kinds[type] ? TEXTS[type]?.(payload) : null;
  if (!text) return;
  keep({ id, type, timestamp, payload: short(payload) });
  folded.push({ id, type, text });
  if (folded.length === 1) setTimeout(tell, FOLD_AFTER);
}

// `kind` is webhook.failing or webhook.disabled. Nobody turns this off.
export function warn(kind, { id, name, disabled_reason, last_error, percent }) {
  keep({ type: kind, timestamp: new Date().toISOString(), payload: { id, name, disabled_reason, last_error } });
  const text = t(kind === 'webhook.disabled' ? 'webhookDisabled' : 'webhookFailing', { name, percent });
  const href = `#/webhooks/${id}`;
  toast(text, { isError: true, href });
  show(text, { href, tag: `${kind} ${id}` });
}

export function markRead() {
  unread.value = 0;
}

export function forget() {
  [notifications.value, unread.value, folded] = [[], 0, []];
}

function keep(one) {
  notifications.value = [one, ...notifications.value].slice(0, MOST);
  unread.value += 1;
}

// What a row shows of it.
function short(payload) {
  const plain = Object.entries(payload).filter(([, value]) => typeof value?.valueOf() !== 'object');
  return Object.fromEntries(plain.map(([name, value]) => [name, value?.slice?.(0, CUT) ?? value]));
}

function tell() {
  const { toasts, sound } = preferences.value;
  const isOnScreen = SHOWING.includes(path.value[0]); // what is shown anyway is not said over it
  for (const [kind, news] of Map.groupBy(folded, (one) => one.type)) {
    const [one, ...more] = news;
    const text = more.length ? plural(news.length, t(`folded.${kind}`)) : one.text;
    const href = more.length ? '#/events' : `#/events/${one.id}`;
    if (toasts && !isOnScreen) toast(text, { href });
    show(text, { href, tag: `event ${news.at(-1).id}` });
  }
  folded = [];
  if (sound && canSound()) beep();
}

// The system's, by a service worker: Chrome on Android has no other way, and Safari on iOS none at all until
// the page is installed.
export const canNotify = () =>
  canWork() && 'Notification' in globalThis && 'showNotification' in ServiceWorkerRegistration.prototype;

export const mayNotify = () => canNotify() && Notification.permission === 'granted';

// Whether they will be shown.
export async function askToNotify() {
  return (await Notification.requestPermission()) === 'granted' && Boolean(await worker().catch(() => null));
}

// `tag` lets the tabs of one browser show it once. Where it cannot be shown, the list has it.
async function show(text, { href, tag }) {
  if (!preferences.value.browser || !mayNotify()) return;
  const registration = await worker().catch(() => null);
  await registration?.showNotification(text, { tag, data: { href } }).catch(() => {});
}

export const canSound = () => 'AudioContext' in globalThis;

let audio = null; // a browser gives a page only a few
function beep() {
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  volume.gain.value = 0.05;
  tone.frequency.value = 660;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.12);
}
