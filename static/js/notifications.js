// The notification centre: the last events worth a word, and webhooks in trouble, kept in this browser.
import { mayNotify, notify } from './browserNotifications.js';
import { t } from './i18n.js';
import { rubles, sumOf } from './lib/money.js';
import { device } from './lib/storage.js';
import { isolated, legible, plural } from './lib/text.js';
import { path } from './place.js';
import { toast } from './toasts.js';
import { effect, signal } from './ui.js';

const KEPT = 'bedolaga.notifications';
const LIST = 'bedolaga.notified';
const MOST = 50;
const CUT = 200; // characters of a text that is kept
const FOLD_AFTER = 1_500; // ms: what comes within is one toast
const KEEP_AFTER = 1_000; // ms: a burst is written once
const SHOWING = ['', 'events', 'notifications']; // views with new events in them
const PHONE = '(max-width: 960px)';
export const KINDS = ['user.created', 'payment.completed', 'ticket.created', 'ticket.message_added'];

export const preferences = signal(keptPreferences());
const list = device.object(LIST);
export const notifications = signal(Array.isArray(list.items) ? list.items.filter(isNotification) : []); // newest first
export const unread = signal(Number.isInteger(list.unread) ? list.unread : 0);

effect(() => device.set(KEPT, JSON.stringify(preferences.value)));

let keeping = null;
effect(() => {
  const kept = JSON.stringify({ items: notifications.value, unread: unread.value });
  clearTimeout(keeping);
  keeping = setTimeout(() => device.set(LIST, kept), KEEP_AFTER);
});

// What the screen shows anyway is not said over it.
const isOnScreen = () => SHOWING.includes(path.value[0] ?? '');

export const canSound = () => 'AudioContext' in globalThis;

// As they were kept; what is no answer to the question counts as none.
function keptPreferences() {
  const { enabled, toasts, kinds, browser, sound } = device.object(KEPT);
  const answer = (value, otherwise) => (typeof value === 'boolean' ? value : otherwise);
  return {
    enabled: answer(enabled, true),
    toasts: answer(toasts, !matchMedia(PHONE).matches),
    kinds: Object.fromEntries(KINDS.map((one) => [one, answer(kinds?.[one], true)])),
    browser: answer(browser, false),
    sound: answer(sound, false),
  };
}

function isNotification(one) {
  return typeof one?.type === 'string' && one.payload instanceof Object && !Number.isNaN(Date.parse(one.timestamp));
}

// What a toast says of an event, in the reference's words; null when it is not worth one.
function textOf({ type, payload }) {
  const { username, first_name: name, user_id: user, ticket_id: id, title } = payload;
  switch (type) {
    case 'user.created':
      return t('notifyUser', { name: username ? `@${username}` : (name ?? user) });
    case 'payment.completed':
      return t('notifyPayment', { amount: rubles(sumOf(payload) ?? 0) });
    case 'ticket.created':
      return t('notifyTicket', { title: title ?? `#${id}` });
    case 'ticket.message_added':
      return payload.is_from_admin ? null : t('notifyReply', { id });
    default:
      return null;
  }
}

let folded = [];
export function take(event) {
  const text = textOf(event);
  if (text === null || !preferences.value.enabled || !preferences.value.kinds[event.type]) return;
  const { id, type, timestamp } = event;
  keep({ id, type, timestamp, payload: short(event.payload) });
  folded.push({ event, text: legible(text) });
  if (folded.length === 1) setTimeout(tell, FOLD_AFTER);
}

// A webhook is in trouble: `kind` is webhook.failing or webhook.disabled. Nobody turns this off.
export function warn(kind, webhook) {
  const { id, name, disabled_reason, last_error, percent } = webhook;
  const payload = { id, name, disabled_reason, last_error };
  keep({ type: kind, timestamp: new Date().toISOString(), payload });
  const text = t(kind === 'webhook.disabled' ? 'webhookDisabled' : 'webhookFailing', { name: isolated(name), percent });
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

// Of a payload what a row shows: plain values, texts cut.
function short(payload) {
  const plain = Object.entries(payload).filter(([, value]) => !(value instanceof Object));
  const cut = (value) => (typeof value === 'string' ? value.slice(0, CUT) : value);
  return Object.fromEntries(plain.map(([name, value]) => [name, cut(value)]));
}

function tell() {
  const { toasts, sound } = preferences.value;
  const news = folded;
  folded = [];
  for (const kind of KINDS) {
    const some = news.filter((one) => one.event.type === kind);
    if (!some.length) continue;
    const text = some.length === 1 ? some[0].text : plural(some.length, t(`folded.${kind}`));
    const href = some.length === 1 ? `#/events/${some[0].event.id}` : '#/events';
    if (toasts && !isOnScreen()) toast(text, { href });
    show(text, { href, tag: `event ${some.at(-1).event.id}` });
  }
  if (sound && canSound()) beep();
}

function show(text, more) {
  if (preferences.value.browser && mayNotify()) notify(text, more).catch(() => {}); // the list has it
}

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
