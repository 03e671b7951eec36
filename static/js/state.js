// What the page knows, and the only writer of it.
import { apiClient, authApi, eventsApi, statsApi } from './api.js';
import { t } from './i18n.js';
import { signal } from './ui.js';
import WebSocketManager from './websocket.js';

const KEPT = 'bedolaga.token';
const STREAM_LENGTH = 200; // events kept on the screen

export const signedIn = signal(false);
export const notice = signal(null);
export const connection = signal('disconnected');
export const stream = signal([]);
export const stats = signal(null);
export const eventTypes = signal([]);
export const changes = signal(0); // grows with every event: lists that show counters reload

const socket = new WebSocketManager(async () => (await authApi.ticket()).ticket);

// Take the token or the one-time code out of the address, or the token kept earlier.
export async function start() {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (hash.has('token') || hash.has('login')) history.replaceState(null, '', location.pathname);
  apiClient.onUnauthorized = () => signOut(t('tokenRejected'));
  if (hash.has('login')) return signInWithCode(hash.get('login'));
  const token = hash.get('token') ?? sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT);
  if (token) await signIn(token, localStorage.getItem(KEPT) !== null);
}

export async function signIn(token, remember) {
  apiClient.token = token;
  eventTypes.value = await eventsApi.types();
  (remember ? localStorage : sessionStorage).setItem(KEPT, token);
  notice.value = null;
  signedIn.value = true;
  await reload();
  socket.connect(new URL('ws', location.href.replace(/[#?].*/, '')).href.replace(/^http/, 'ws'));
}

export function signOut(reason = null) {
  socket.disconnect();
  localStorage.removeItem(KEPT);
  sessionStorage.removeItem(KEPT);
  apiClient.token = null;
  stream.value = [];
  connection.value = 'disconnected';
  notice.value = reason;
  signedIn.value = false;
}

export async function reloadStats() {
  stats.value = await statsApi.get();
}

async function signInWithCode(code) {
  try {
    await signIn((await authApi.login(code)).token, false);
  } catch {
    signOut(t('codeFailed'));
  }
}

async function reload() {
  const [page] = await Promise.all([eventsApi.list({ limit: 50 }), reloadStats()]);
  stream.value = page.items;
}

socket.on('connection', (hello) => {
  connection.value = 'connected';
  // Events that came while the page was away are in the log.
  if (stream.value.length && hello.last_event_id > stream.value[0].id) reload();
});
socket.on('disconnected', ({ code }) => {
  connection.value = socket.getConnectionStatus();
  if (code === 1008) signOut(t('tokenRejected'));
});
socket.on('*', (_, event) => {
  if (event.id === undefined) return;
  stream.value = [event, ...stream.value].slice(0, STREAM_LENGTH);
  changes.value += 1;
  reloadStats();
});
