// The live feed for any admin page: types and words in websocket.d.ts, the protocol in docs/live.md.
import { Line } from './live/line.js';
import { canShare, Tabs } from './live/tabs.js';

export default class WebSocketManager {
  #line;
  /** @type {boolean | (() => string)} */
  #shared;
  #listeners = new Map();
  #url = null;
  #tabs = null;

  constructor(credentials, { shared = false } = {}) {
    this.#line = new Line(credentials, (...news) => this.#emit(...news));
    this.#shared = shared;
  }

  connect(url) {
    if (this.#url) return;
    this.#url = url;
    this.#line.url = url;
    const who = typeof this.#shared === 'function' ? this.#shared() : '';
    if (!this.#shared || !canShare()) this.#line.open();
    else this.#tabs = new Tabs(`bedolaga ${url} ${who}`, this.#line, (...news) => this.#tell(...news));
  }

  disconnect() {
    this.#leave();
    this.#line.since = null;
  }

  subscribe(wanted) {
    this.#line.subscribe(wanted);
  }

  on(event, callback) {
    this.#listeners.set(event, new Set(this.#listeners.get(event)).add(callback));
  }

  off(event, callback) {
    this.#listeners.get(event)?.delete(callback);
  }

  isConnected() {
    return this.getConnectionStatus() === 'connected';
  }

  getConnectionStatus() {
    return this.#url ? (this.#tabs ?? this.#line).status : 'disconnected';
  }

  #leave() {
    this.#url = null;
    this.#tabs?.close();
    this.#tabs = null;
    this.#line.close();
  }

  #emit(event, payload, message) {
    this.#tabs?.say({ event, payload, message });
    this.#tell(event, payload, message);
  }

  #tell(event, payload, message) {
    if (event === 'disconnected' && payload.code === 1008) this.#leave(); // for good: see contract §3
    const heard = [event, ...(message ? ['*'] : [])].flatMap((name) => [...(this.#listeners.get(name) ?? [])]);
    for (const callback of heard) {
      try {
        callback(payload, message);
      } catch (error) {
        console.error(`A listener of ${event} failed:`, error);
      }
    }
  }
}
