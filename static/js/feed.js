// The live feed as the page shows it: is it there, what came, what was missed.
import { authApi, eventsApi } from './api.js';
import { t } from './i18n.js';
import { delay } from './lib/backoff.js';
import { pause, persist } from './lib/persist.js';
import { plural } from './lib/text.js';
import { span } from './lib/time.js';
import { load, refreshSoon, refreshWebhooks, stream, unload } from './known.js';
import * as notifications from './notifications.js';
import { toast } from './toasts.js';
import { batch, signal } from './ui.js';
import { forgetWebhook, keepWebhook } from './webhooks.js';
import { look } from './version.js';
import WebSocketManager from './websocket.js';

const STREAM_LENGTH = 200; // events kept on the screen
const GATHER_FOR = 50; // ms: what comes within is shown together
const WORTH_A_WORD = 2_000; // ms without a connection

export const connection = signal('disconnected');
export const lostAt = signal(null); // since when there is no connection, ms

let token = null; // whose feed it is
let loading = null; // promises the newest id that the load has
let isMissing = false; // the server had dropped some of what was missed
let isKnown = false; // a later hello is followed by what was missed
let refusals = 0; // of the socket, in a row
const socket = new WebSocketManager(async () => (await authApi.ticket()).ticket, { shared: () => token });
socket.subscribe({ topics: ['deliveries'] });

export function begin(whose) {
  token = whose;
  refusals = 0;
  connect();
  loading = load();
}

export function end() {
  token = null;
  socket.disconnect();
  [events, moved, changed, isKnown] = [[], [], [], false];
  connection.value = 'disconnected';
  lostAt.value = null;
  unload();
  notifications.forget();
}

// Hear of deliveries that moved, some at a time; returns how to stop.
export function onDeliveries(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

function connect() {
  socket.connect(new URL('ws', location.href.replace(/[#?].*/, '')).href.replace(/^http/, 'ws'));
  connection.value = socket.getConnectionStatus();
}

// What came within a few moments goes to the screen together: a burst costs one rendering.
const listeners = new Set();
let events = [];
let moved = [];
let changed = []; // webhooks
let gathering = null;
function gather() {
  gathering ??= setTimeout(() => {
    const [someEvents, someMoved, someWebhooks] = [events, moved, changed];
    [events, moved, changed, gathering] = [[], [], [], null];
    batch(() => {
      keepWebhook(...someWebhooks);
      const fresh = someEvents.filter((one) => one.id > (stream.value[0]?.id ?? 0)); // a load may have had them
      stream.value = [...fresh.toReversed(), ...stream.value].slice(0, STREAM_LENGTH);
      for (const one of fresh) notifications.take(one);
      for (const one of someMoved.length ? listeners : []) one(someMoved);
    });
    refreshSoon();
  }, GATHER_FOR);
}

// After an interruption: how long it was, and whether anything is missing.
function found(replayed) {
  const away = lostAt.value && Date.now() - lostAt.value;
  lostAt.value = null;
  if (away > WORTH_A_WORD) {
    const count = plural(replayed, t('eventsReceived'));
    toast(t(isMissing ? 'backWithGap' : 'backWhole', { time: span(away), count }));
  }
  isMissing = false;
}

async function welcome({ last_event_id: last }) {
  connection.value = 'connected';
  refusals = 0;
  look(); // it may have been started anew
  refreshSoon();
  if (last < stream.value[0]?.id) {
    // another database
    stream.value = [];
    loading = load();
  }
  if (isKnown) refreshWebhooks(); // news of them are not sent again
  if (isKnown) return;
  isKnown = true;
  lostAt.value = null;
  if ((await loading) < last) loading = load(); // it came between the list and the hello
}

// The socket was refused (1008): by our server and for the token, or for a ticket that was late, or
// by something in front. A 401 of ours signs out on its way; otherwise the feed goes on.
async function reconsider() {
  const mine = token;
  await pause(delay(refusals++));
  const isWanted = () => token === mine;
  await persist(() => eventsApi.types(), { isWanted }).catch(() => {}); // its word is heard by `load` too
  if (isWanted()) connect();
}

socket.on('connected', () => {
  connection.value = 'connected';
});
socket.on('connecting', () => {
  connection.value = 'connecting';
});
socket.on('connection', welcome);
socket.on('gap', ({ reason }) => {
  isMissing = true;
  if (reason !== 'retention') stream.value = [];
  loading = load();
});
socket.on('resumed', ({ replayed }) => found(replayed));
socket.on('disconnected', ({ code } = {}) => {
  lostAt.value ??= Date.now();
  connection.value = socket.getConnectionStatus();
  if (code === 1008) reconsider();
});
socket.on('webhook.updated', (webhook) => {
  changed.push(webhook);
  gather();
});
socket.on('webhook.deleted', ({ id }) => {
  changed = changed.filter((one) => one.id !== id);
  forgetWebhook(id);
});
for (const trouble of ['webhook.failing', 'webhook.disabled']) {
  socket.on(trouble, (webhook) => notifications.warn(trouble, webhook));
}
socket.on('delivery.updated', (news) => {
  moved.push(news);
  gather();
});
socket.on('*', (_, event) => {
  if (event.id === undefined || event.id <= (events.at(-1) ?? stream.value[0])?.id) return;
  events.push(event);
  gather();
});
