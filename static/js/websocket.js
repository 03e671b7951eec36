// The live feed: connect, resume, keep alive, back off; it emits and never renders. Any admin page
// may import this file; types are in websocket.d.ts, the protocol in docs/live.md.
import { onWake } from './lib/wake.js';
import { Line } from './live/line.js';
import { canShare, Tabs } from './live/tabs.js';

export default class WebSocketManager {
  #line;
  /** @type {boolean | (() => string)} */
  #shared;
  #listeners = new Map();
  #url = null;
  #tabs = null;
  #unwatch = null;
  #status = 'connecting'; // of the tab that holds the socket, in the others

  // `credentials`: a token, or a function that promises a one-time ticket, so that no lasting token
  // is in a URL. `shared`: one socket for all tabs of the browser; a function that names who is
  // signed in keeps the tabs of different users apart.
  constructor(credentials, { shared = false } = {}) {
    this.#line = new Line(credentials, (...news) => this.#emit(...news));
    this.#shared = shared;
  }

  connect(url) {
    if (this.#url) return;
    this.#url = url;
    if (this.#shared && canShare()) this.#join(url);
    else this.#line.open(url);
  }

  disconnect() {
    this.#leave();
    this.#line.since = null;
  }

  // What to get: {events: ['ticket.*'], topics: ['deliveries']}; in force on this and every later connection.
  subscribe(wanted) {
    this.#line.subscribe(wanted);
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
    if (!this.#url) return 'disconnected';
    return this.#tabs && !this.#tabs.isLeading ? this.#status : this.#line.status;
  }

  #join(url) {
    const who = typeof this.#shared === 'function' ? this.#shared() : '';
    this.#status = 'connecting';
    this.#unwatch = onWake(() => this.#tabs.wake());
    this.#tabs = new Tabs(`bedolaga ${url} ${who}`, {
      lead: () => this.#line.open(url),
      resign: () => this.#line.close(),
      hear: (news) => this.#hear(news),
      learn: (since) => {
        this.#line.since ??= since;
      }, // a new tab may have to take over for all
      now: () => this.#news(),
      wake: () => this.#line.wake(),
    });
  }

  #leave() {
    this.#url = null;
    this.#unwatch?.();
    this.#tabs?.close();
    this.#tabs = null;
    this.#line.close();
  }

  // From the leading tab: what happened, and where each of the others would go on.
  #hear({ status, since, event, payload, message }) {
    const last = this.#line.since;
    const isBehind = since?.epoch === last?.epoch && since?.id <= last?.id; // a leader that was frozen
    const hasChanged = status !== this.#status;
    this.#status = status;
    if (isBehind && message?.id !== undefined) return;
    if (since && (!isBehind || event === 'connection')) this.#line.since = since;
    if (event) this.#tell(event, payload, message);
    else if (hasChanged) this.#tell(status, {});
  }

  #news(news) {
    return { status: this.#line.status, since: this.#line.since, ...news };
  }

  #emit(event, payload, message) {
    if (this.#tabs) this.#tabs.say(this.#news({ event, payload, message }));
    this.#tell(event, payload, message);
  }

  #tell(event, payload, message) {
    if (event === 'disconnected' && payload.code === 1008) this.#leave(); // for good: see contract §3
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
