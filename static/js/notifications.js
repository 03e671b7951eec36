// The notification centre: the last events worth a word, kept in this browser.
import { language, t } from './i18n.js';
import { amountOf, rubles } from './lib/money.js';
import { plural } from './lib/text.js';
import { effect, signal } from './ui.js';

const KEPT = 'bedolaga.notifications';
const MOST = 50;
const FOLD_AFTER = 1_500; // ms: what comes within is one toast
export const KINDS = ['user.created', 'payment.completed', 'ticket.created', 'ticket.message_added'];

const defaults = { enabled: true, kinds: Object.fromEntries(KINDS.map((one) => [one, true])), browser: false, sound: false };
export const preferences = signal({ ...defaults, ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') });
export const notifications = signal([]); // newest first
export const unread = signal(0);

effect(() => localStorage.setItem(KEPT, JSON.stringify(preferences.value)));
effect(() => { document.title = `${unread.value ? `(${unread.value}) ` : ''}Bedolaga Events`; });

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
export function take(event, toast) {
  const text = textOf(event);
  if (text === null || !preferences.value.enabled || !preferences.value.kinds[event.type]) return;
  notifications.value = [{ id: event.id, type: event.type, text, timestamp: event.timestamp }, ...notifications.value].slice(0, MOST);
  unread.value += 1;
  folded.push({ event, text });
  if (folded.length === 1) setTimeout(() => tell(toast), FOLD_AFTER);
}

export function markRead() {
  unread.value = 0;
}

function tell(toast) {
  const news = folded;
  folded = [];
  for (const kind of KINDS) {
    const some = news.filter((one) => one.event.type === kind);
    if (!some.length) continue;
    const text = some.length === 1 ? some[0].text : plural(some.length, t(`folded.${kind}`), language.value);
    toast(text, { href: some.length === 1 ? `#/events/${some[0].event.id}` : '#/events' });
    if (preferences.value.browser && globalThis.Notification?.permission === 'granted') new Notification(text);
  }
  if (preferences.value.sound) beep();
}

function beep() {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  volume.gain.value = 0.05;
  tone.frequency.value = 660;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.12);
}
