// The live feed: connect, resume, keep alive, back off; it emits and never renders. Any admin page
// may import this file; types are in websocket.d.ts, the protocol in docs/live.md.
import { delay } from './lib/backoff.js';

const PING_EVERY = 30_000; // ms
const SILENCE = 75_000; // ms without any message: longer than a hidden tab's slowed timers
const STOP = 1008; // the token is wrong or revoked: coming back would not help

export default class WebSocketManager {
  #credentials;
  #shared;
  #listeners = new Map();
  #ws = null;
  #url = null;
  #attempt = 0;
  #retryTimer = null;
  #keepalive = null;
  #heardAt = 0;
  #since = null; // { id, epoch }: where to go on
  #wanted = null; // the subscription, said again on every connection
  #channel = null;
  #giveUpLock = null;
  #status = 'disconnected'; // of the tab that holds the socket, in the others

  // `credentials`: a token, or a function that promises a one-time ticket, so that no lasting token
  // is in a URL. `shared`: one socket for all tabs of the browser; a function that names who is
  // signed in keeps the tabs of different users apart.
  constructor(credentials, { shared = false } = {}) {
    this.#credentials = credentials;
    this.#shared = 'locks' in navigator && 'BroadcastChannel' in globalThis && shared;
  }

  connect(url) {
    if (this.#url) return;
    this.#url = url;
    globalThis.addEventListener?.('online', this.#wake);
    globalThis.document?.addEventListener('visibilitychange', this.#wake);
    if (this.#shared) this.#stand(url);
    else this.#open();
  }

  disconnect() {
    this.#url = null;
    globalThis.removeEventListener?.('online', this.#wake);
    globalThis.document?.removeEventListener('visibilitychange', this.#wake);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#stopKeepalive();
    const ws = this.#ws;
    this.#ws = null;
    ws?.close(1000);
    this.#channel?.close();
    this.#channel = null;
    this.#giveUpLock?.();
    this.#giveUpLock = null;
    this.#status = 'disconnected';
    this.#since = null;
  }

  // What to get: {events: ['ticket.*'], topics: ['deliveries']}; in force on this and every later connection.
  subscribe(wanted) {
    this.#wanted = { type: 'subscribe', ...wanted };
    if (this.isConnected() && this.#ws) this.#ws.send(JSON.stringify(this.#wanted));
  }

  // A callback gets the payload and the whole message; '*' hears every event and news.
  on(event, callback) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event).add(callback);
  }

  off(event, callback) {
    this.#listeners.get(event)?.delete(callback);
  }

  isConnected() {
    return this.getConnectionStatus() === 'connected';
  }

  getConnectionStatus() {
    if (this.#ws?.readyState === WebSocket.OPEN) return 'connected';
    if (this.#ws || this.#retryTimer) return 'connecting';
    return this.#url ? this.#status : 'disconnected';
  }

  // One tab holds the lock and the socket; the others hear it over a channel, and one of them takes
  // over when it closes, going on after the last event that it heard.
  #stand(url) {
    this.#status = 'connecting';
    const name = `bedolaga ${url} ${typeof this.#shared === 'function' ? this.#shared() : ''}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage({ ask: true });
    navigator.locks.request(name, () => {
      if (this.#url !== url) return undefined;
      this.#open();
      return new Promise((resolve) => { this.#giveUpLock = resolve; });
    });
  }

  #hear({ ask, status, since, event, payload, message }) {
    if (ask) {
      if (this.#giveUpLock) this.#say({});
      return;
    }
    this.#status = status;
    this.#since = since;
    this.#tell(event ?? status, payload ?? {}, message);
  }

  // To the other tabs: what happened, and where each of them would go on.
  #say(news) {
    this.#channel?.postMessage({ status: this.getConnectionStatus(), since: this.#since, ...news });
  }

  async #open() {
    const url = this.#url;
    try {
      const query = await this.#query();
      if (this.#url !== url) return; // disconnected while the ticket was on its way
      this.#listen(new WebSocket(`${url}?${query}`));
    } catch (error) {
      if (this.#url !== url) return;
      this.#emit('error', { error: String(error) });
      this.#retry();
    }
  }

  async #query() {
    const name = typeof this.#credentials === 'function' ? 'ticket' : 'token';
    const query = new URLSearchParams({ [name]: name === 'ticket' ? await this.#credentials() : this.#credentials });
    if (this.#since) {
      query.set('since', this.#since.id);
      query.set('epoch', this.#since.epoch);
    }
    return query;
  }

  #listen(ws) {
    this.#ws = ws;
    ws.onopen = () => {
      this.#startKeepalive(ws);
      if (this.#wanted) ws.send(JSON.stringify(this.#wanted));
      this.#emit('connected', {});
    };
    ws.onmessage = (message) => this.#receive(message.data);
    ws.onerror = () => this.#emit('error', { error: 'The connection failed.' });
    ws.onclose = (closed) => {
      if (this.#ws !== ws) return;
      this.#ws = null;
      this.#stopKeepalive();
      if (closed.code === STOP) this.#url = null;
      this.#emit('disconnected', { code: closed.code, reason: closed.reason });
      this.#retry();
    };
  }

  #receive(text) {
    this.#heardAt = Date.now();
    const message = JSON.parse(text);
    if (message.type === 'pong') return;
    if (message.type === 'connection') {
      this.#attempt = 0;
      if (this.#since?.epoch !== message.epoch) this.#since = { id: message.last_event_id, epoch: message.epoch };
      this.#emit('connection', message);
      return;
    }
    if (message.id !== undefined) this.#since.id = message.id;
    const isAboutConnection = ['gap', 'resumed', 'subscribed', 'error'].includes(message.type);
    this.#emit(message.type, isAboutConnection ? message : message.payload, message);
  }

  #wake = () => {
    if (document.visibilityState === 'hidden' || !this.#retryTimer) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#open();
  };

  #retry() {
    if (!this.#url || this.#retryTimer) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#open();
    }, delay(this.#attempt++));
  }

  #startKeepalive(ws) {
    this.#stopKeepalive();
    this.#heardAt = Date.now();
    this.#keepalive = setInterval(() => {
      if (Date.now() - this.#heardAt > SILENCE) ws.close(4000, 'No answer');
      else if (ws.readyState === WebSocket.OPEN) ws.send('{"type": "ping"}');
    }, PING_EVERY);
  }

  #stopKeepalive() {
    clearInterval(this.#keepalive);
    this.#keepalive = null;
  }

  #emit(event, payload, message) {
    this.#say({ event, payload, message });
    this.#tell(event, payload, message);
  }

  #tell(event, payload, message) {
    const named = [...(this.#listeners.get(event) ?? [])];
    const all = message ? [...(this.#listeners.get('*') ?? [])] : [];
    for (const callback of [...named, ...all]) {
      try {
        callback(payload, message);
      } catch (error) {
        console.error(`A listener of ${event} failed:`, error);
      }
    }
  }
}
