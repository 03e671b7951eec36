// The notification centre: the last events worth a word, kept in this browser.
import { mayNotify, notify } from './browserNotifications.js';
import { language, t } from './i18n.js';
import { amountOf, rubles } from './lib/money.js';
import { device } from './lib/storage.js';
import { plural } from './lib/text.js';
import { path } from './place.js';
import { toast } from './toasts.js';
import { effect, signal } from './ui.js';

const KEPT = 'bedolaga.notifications';
const MOST = 50;
const FOLD_AFTER = 1_500; // ms: what comes within is one toast
const SHOWING = ['', 'events', 'notifications']; // views with new events in them
export const KINDS = ['user.created', 'payment.completed', 'ticket.created', 'ticket.message_added'];

export const preferences = signal(keptPreferences());
export const notifications = signal([]); // newest first
export const unread = signal(0);

effect(() => device.set(KEPT, JSON.stringify(preferences.value)));

// What the screen shows anyway is not said over it.
const isOnScreen = () => SHOWING.includes(path.value[0] ?? '');
export const canSound = () => 'AudioContext' in globalThis;

// As they were kept; what is no answer to the question counts as none.
function keptPreferences() {
  const { enabled, kinds, browser, sound } = device.object(KEPT);
  const answer = (value, otherwise) => (typeof value === 'boolean' ? value : otherwise);
  return {
    enabled: answer(enabled, true),
    kinds: Object.fromEntries(KINDS.map((one) => [one, answer(kinds?.[one], true)])),
    browser: answer(browser, false),
    sound: answer(sound, false),
  };
}

// What an event is called in the reference's words; null when it is not worth one.
export function textOf(event) {
  const { payload } = event;
  switch (event.type) {
    case 'user.created':
      return t('notifyUser', { name: payload.username ? `@${payload.username}` : payload.first_name ?? payload.user_id });
    case 'payment.completed':
      return t('notifyPayment', { amount: rubles(amountOf(payload) ?? 0, language.value) });
    case 'ticket.created':
      return t('notifyTicket', { title: payload.title ?? `#${payload.ticket_id}` });
    case 'ticket.message_added':
      return payload.is_from_admin ? null : t('notifyReply', { id: payload.ticket_id });
    default:
      return null;
  }
}

let folded = [];
export function take(event) {
  const text = textOf(event);
  if (text === null || !preferences.value.enabled || !preferences.value.kinds[event.type]) return;
  notifications.value = [{ id: event.id, type: event.type, text, timestamp: event.timestamp }, ...notifications.value].slice(0, MOST);
  unread.value += 1;
  folded.push({ event, text });
  if (folded.length === 1) setTimeout(tell, FOLD_AFTER);
}

export function markRead() {
  unread.value = 0;
}

function tell() {
  const { browser, sound } = preferences.value;
  const news = folded;
  folded = [];
  for (const kind of KINDS) {
    const some = news.filter((one) => one.event.type === kind);
    if (!some.length) continue;
    const text = some.length === 1 ? some[0].text : plural(some.length, t(`folded.${kind}`), language.value);
    const href = some.length === 1 ? `#/events/${some[0].event.id}` : '#/events';
    if (!isOnScreen()) toast(text, { href });
    const tag = `event ${some.at(-1).event.id}`;
    if (browser && mayNotify()) notify(text, { href, tag }).catch(() => {}); // the toast has said it
  }
  if (sound && canSound()) beep();
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
