// What the page knows, and the only writer of it.
import { apiClient, authApi, eventsApi, statsApi, webhooksApi } from './api.js';
import { language, said, t } from './i18n.js';
import * as notifications from './notifications.js';
import { plural } from './lib/text.js';
import { span } from './lib/time.js';
import { batch, signal } from './ui.js';
import WebSocketManager from './websocket.js';

const KEPT = 'bedolaga.token';
const STREAM_LENGTH = 200; // events kept on the screen
const REFRESH_AFTER = 300; // ms: a burst of events asks for the numbers once
const GATHER_FOR = 50; // ms: what comes within is shown together
const WORTH_A_WORD = 2_000; // ms without a connection

export const signedIn = signal(false);
export const notice = signal(null); // why the sign-in is shown
export const connection = signal('disconnected');
export const lostAt = signal(null); // since when there is no connection, ms
export const stream = signal([]); // newest first
export const stats = signal(null);
export const webhookStats = signal(null);
export const eventTypes = signal([]);
export const webhooks = signal(null); // by id
export const toasts = signal([]);
export const now = signal(Date.now()); // for relative times

const socket = new WebSocketManager(async () => (await authApi.ticket()).ticket, { shared: () => apiClient.token });
setInterval(() => { now.value = Date.now(); }, 1_000);

// Take the token or the one-time code out of the address, or the token kept earlier.
export async function start() {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (hash.has('token') || hash.has('login')) history.replaceState(null, '', location.pathname);
  apiClient.onUnauthorized = () => signOut(t('tokenRejected'));
  const token = hash.get('token') ?? sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT);
  try {
    if (hash.has('login')) await signIn((await authApi.login(hash.get('login'))).token, false);
    else if (token) await signIn(token, localStorage.getItem(KEPT) !== null);
  } catch (error) {
    signOut(hash.has('login') ? t('codeFailed') : said(error.message));
  }
}

export async function signIn(token, remember) {
  apiClient.token = token;
  eventTypes.value = await eventsApi.types();
  (remember ? localStorage : sessionStorage).setItem(KEPT, token);
  notice.value = null;
  await reload();
  signedIn.value = true;
  socket.subscribe({ topics: ['deliveries'] });
  socket.connect(new URL('ws', location.href.replace(/[#?].*/, '')).href.replace(/^http/, 'ws'));
}

export function signOut(reason = null) {
  socket.disconnect();
  isKnown = false;
  localStorage.removeItem(KEPT);
  sessionStorage.removeItem(KEPT);
  apiClient.token = null;
  connection.value = 'disconnected';
  lostAt.value = null;
  notice.value = reason;
  signedIn.value = false;
}

// Hear of deliveries that moved, some at a time; returns how to stop.
export function onDeliveries(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

export async function reloadTypes() {
  if (signedIn.value) eventTypes.value = await eventsApi.types();
}

export function webhookName(id) {
  return webhooks.value?.get(id)?.name ?? `#${id}`;
}

// A short message; `undo` adds a button that takes the step back. Errors stay until closed.
export function toast(text, { undo = null, isError = false, href = null } = {}) {
  const one = { key: Math.random(), text, undo, isError, href };
  toasts.value = [...toasts.value, one].slice(-3);
  if (!isError) setTimeout(() => dismiss(one.key), 6_000);
}

export function dismiss(key) {
  toasts.value = toasts.value.filter((one) => one.key !== key);
}

// Run what a button does; a refusal becomes a toast.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(said(error.message), { isError: true });
    return undefined;
  }
}

export async function setActive(webhook, isActive) {
  keepWebhook({ id: webhook.id, is_active: isActive }); // shown at once, taken back if refused
  const after = await attempt(() => webhooksApi.update(webhook.id, { is_active: isActive }));
  keepWebhook(after ?? webhook);
  if (!after) return;
  const undo = () => setActive(after, !isActive);
  if (after.skipped_since_inactive) {
    toast(t('skippedWhileInactive', { name: webhook.name, count: after.skipped_since_inactive }), { undo });
  } else {
    toast(t(isActive ? 'webhookActivated' : 'webhookDeactivated', { name: webhook.name }), { undo });
  }
}

export function keepWebhook(webhook) {
  const before = webhooks.value?.get(webhook.id);
  webhooks.value = new Map(webhooks.value).set(webhook.id, { ...before, ...webhook });
}

export function forgetWebhook(id) {
  const rest = new Map(webhooks.value);
  rest.delete(id);
  webhooks.value = rest;
}

async function reload() {
  const [events, hooks] = await Promise.all([eventsApi.list({ limit: 50 }), allWebhooks(), reloadNumbers()]);
  stream.value = events.items;
  webhooks.value = new Map(hooks.map((one) => [one.id, one]));
}

async function allWebhooks() {
  const found = [];
  let page;
  do {
    page = await webhooksApi.list({ limit: 200, offset: found.length });
    found.push(...page.items);
  } while (page.items.length && found.length < page.total);
  return found;
}

async function reloadNumbers() {
  [stats.value, webhookStats.value] = await Promise.all([statsApi.get(), webhooksApi.getStats()]);
}

let refreshing = null;
function refreshSoon() {
  refreshing ??= setTimeout(async () => {
    refreshing = null;
    if (signedIn.value) await reloadNumbers().catch(() => {});
  }, REFRESH_AFTER);
}

// What came within a few moments goes to the screen together: a burst costs one rendering.
const listeners = new Set();
let events = [];
let moved = [];
let gathering = null;
function gather() {
  gathering ??= setTimeout(() => {
    const [someEvents, someMoved] = [events, moved];
    [events, moved, gathering] = [[], [], null];
    batch(() => {
      const fresh = someEvents.filter((one) => one.id > (stream.value[0]?.id ?? 0)); // a reload may have had them
      stream.value = [...fresh.toReversed(), ...stream.value].slice(0, STREAM_LENGTH);
      for (const one of fresh) notifications.take(one, toast);
      for (const one of someMoved.length ? listeners : []) one(someMoved);
    });
    refreshSoon();
  }, GATHER_FOR);
}

function lost() {
  lostAt.value ??= Date.now();
}

// After an interruption: how long it was, and whether anything is missing.
function found(replayed) {
  const away = lostAt.value && Date.now() - lostAt.value;
  lostAt.value = null;
  if (away > WORTH_A_WORD) {
    const count = plural(replayed, t('eventsReceived'), language.value);
    toast(t(isMissing ? 'backWithGap' : 'backWhole', { time: span(away, language.value), count }));
  }
  isMissing = false;
}

let isMissing = false;
let isKnown = false; // a later hello is followed by what was missed
socket.on('connected', () => { connection.value = 'connected'; });
socket.on('connecting', () => { connection.value = 'connecting'; });
socket.on('connection', (hello) => {
  connection.value = 'connected';
  if (!isKnown) lostAt.value = null;
  isKnown = true;
  if (stream.value.length && hello.last_event_id < stream.value[0].id) reload();
});
socket.on('gap', () => {
  isMissing = true;
  reload();
});
socket.on('resumed', ({ replayed }) => found(replayed));
socket.on('disconnected', ({ code } = {}) => {
  lost();
  connection.value = socket.getConnectionStatus();
  if (code === 1008) signOut(t('tokenRejected'));
});
socket.on('webhook.updated', keepWebhook);
socket.on('webhook.deleted', ({ id }) => forgetWebhook(id));
socket.on('webhook.disabled', (webhook) => toast(t('webhookDisabled', { name: webhook.name }), { isError: true, href: `#/webhooks/${webhook.id}` }));
socket.on('delivery.updated', (news) => {
  moved.push(news);
  gather();
});
socket.on('*', (_, event) => {
  if (event.id === undefined || event.id <= (events.at(-1) ?? stream.value[0])?.id) return;
  events.push(event);
  gather();
});
