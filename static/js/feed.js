// The live feed as the page shows it.
import { authApi, eventsApi } from './api.js';
import { t } from './i18n.js';
import { delay, pause, persist } from './lib/persist.js';
import { plural } from './lib/text.js';
import { span } from './lib/time.js';
import { load, refreshSoon, refreshWebhooks, stream, unload } from './known.js';
import * as notifications from './notifications.js';
import { socketAt } from './place.js';
import { toast } from './toasts.js';
import { batch, signal } from './ui.js';
import { forgetWebhook, keepWebhook } from './webhooks.js';
import { look } from './version.js';
import WebSocketManager from './websocket.js';

const STREAM_LENGTH = 200; // events kept on the screen
const GATHER_FOR = 50; // ms: what comes within costs one rendering
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
  showStatus();
  [gathered, isKnown, lostAt.value] = [nothing(), false, null];
  unload();
  notifications.forget();
}

function connect() {
  socket.connect(socketAt('ws'));
  showStatus();
}

function showStatus() {
  connection.value = socket.getConnectionStatus();
}

const listeners = new Set();

// Returns how to stop.
export function onDeliveries(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

const nothing = () => ({ events: [], moved: [], webhooks: [] });
let gathered = nothing();
let gathering = null;
function gather(kind, one) {
  gathered[kind].push(one);
  gathering ??= setTimeout(show, GATHER_FOR);
}

function show() {
  const { events, moved, webhooks } = gathered;
  [gathered, gathering] = [nothing(), null];
  batch(() => {
    keepWebhook(...webhooks);
    const fresh = events.filter((one) => one.id > (stream.value[0]?.id ?? 0)); // a load may have had them
    stream.value = [...fresh.toReversed(), ...stream.value].slice(0, STREAM_LENGTH);
    for (const one of fresh) notifications.take(one);
    for (const hear of moved.length ? listeners : []) hear(moved);
  });
  refreshSoon();
}

// After an interruption.
function found({ replayed }) {
  const away = lostAt.value && Date.now() - lostAt.value;
  lostAt.value = null;
  if (away > WORTH_A_WORD) {
    const count = plural(replayed, t('eventsReceived'));
    toast(t(isMissing ? 'backWithGap' : 'backWhole', { time: span(away), count }));
  }
  isMissing = false;
}

async function welcome({ last_event_id: last }) {
  refusals = 0;
  look(); // it may have been started anew
  refreshSoon();
  if (last < stream.value[0]?.id) reload(); // another database
  if (isKnown) {
    refreshWebhooks(); // news of them are not sent again
    return;
  }
  [isKnown, lostAt.value] = [true, null];
  if ((await loading) < last) loading = load(); // it came between the list and the hello
}

function reload() {
  stream.value = [];
  loading = load();
}

// Refused: for the token (our 401 signs out on its way), a late ticket, or by something in front.
async function reconsider() {
  const mine = token;
  const isWanted = () => token === mine;
  await pause(delay(refusals++));
  await persist(() => eventsApi.types(), { isWanted }).catch(() => {}); // its word is heard by `load` too
  if (isWanted()) connect();
}

for (const change of ['connecting', 'connected', 'connection', 'disconnected']) socket.on(change, showStatus);
socket.on('connection', welcome);
socket.on('gap', ({ reason }) => {
  isMissing = true;
  if (reason === 'retention') loading = load();
  else reload();
});
socket.on('resumed', found);
socket.on('disconnected', ({ code } = {}) => {
  lostAt.value ??= Date.now();
  if (code === 1008) reconsider();
});
socket.on('webhook.updated', (webhook) => gather('webhooks', webhook));
socket.on('webhook.deleted', ({ id }) => {
  gathered.webhooks = gathered.webhooks.filter((one) => one.id !== id);
  forgetWebhook(id);
});
for (const trouble of ['webhook.failing', 'webhook.disabled']) {
  socket.on(trouble, (webhook) => notifications.warn(trouble, webhook));
}
socket.on('delivery.updated', (delivery) => gather('moved', delivery));
socket.on('*', (_, event) => {
  const last = gathered.events.at(-1) ?? stream.value[0];
  if (event.id !== undefined && !(event.id <= last?.id)) gather('events', event);
});
