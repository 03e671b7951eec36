// The live feed: connect, keep alive, back off; it emits and never renders.
import { delay } from './lib/backoff.js';

const PING_EVERY = 30_000; // ms
const SILENCE = 75_000; // ms without any message: longer than a hidden tab's slowed timers
const STOP = 1008; // the token is wrong or revoked: coming back would not help

export default class WebSocketManager {
  #credentials;
  #listeners = new Map();
  #ws = null;
  #url = null;
  #attempt = 0;
  #retryTimer = null;
  #keepalive = null;
  #heardAt = 0;

  // A token, or a function that promises a one-time ticket, so that no lasting token is in a URL.
  constructor(credentials) {
    this.#credentials = credentials;
  }

  connect(url) {
    if (this.#ws && this.#ws.readyState <= WebSocket.OPEN) return;
    this.#url = url;
    this.#open();
  }

  disconnect() {
    this.#url = null;
    clearTimeout(this.#retryTimer);
    this.#ws?.close(1000);
    this.#ws = null;
    this.#stopKeepalive();
  }

  on(event, callback) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event).add(callback);
  }

  off(event, callback) {
    this.#listeners.get(event)?.delete(callback);
  }

  isConnected() {
    return this.#ws?.readyState === WebSocket.OPEN;
  }

  getConnectionStatus() {
    if (this.isConnected()) return 'connected';
    return this.#url && (this.#ws || this.#retryTimer) ? 'connecting' : 'disconnected';
  }

  async #open() {
    const url = this.#url;
    try {
      const query = await this.#query();
      if (this.#url !== url) return; // disconnected while the ticket was on its way
      this.#listen(new WebSocket(`${url}?${query}`));
    } catch (error) {
      this.#emit('error', { error });
      this.#retry();
    }
  }

  async #query() {
    if (typeof this.#credentials !== 'function') return new URLSearchParams({ token: this.#credentials });
    return new URLSearchParams({ ticket: await this.#credentials() });
  }

  #listen(ws) {
    this.#ws = ws;
    ws.onopen = () => {
      this.#attempt = 0;
      this.#startKeepalive(ws);
      this.#emit('connected', {});
    };
    ws.onmessage = (message) => this.#receive(message.data);
    ws.onerror = (error) => this.#emit('error', { error });
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
      this.#emit('connection', message);
      return;
    }
    this.#emit(message.type, message.payload, message);
    this.#emit('*', message.payload, message);
  }

  #retry() {
    if (!this.#url) return;
    clearTimeout(this.#retryTimer);
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
  }

  #emit(event, payload, message) {
    for (const callback of this.#listeners.get(event) ?? []) {
      try {
        callback(payload, message);
      } catch (error) {
        console.error(`A listener of ${event} failed:`, error);
      }
    }
  }
}
