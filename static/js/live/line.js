// One socket that is kept up: opened with a time limit, resumed, asked for signs of life, opened anew.
import { delay } from '../lib/backoff.js';
import { onWake } from '../lib/wake.js';

const OPENING = 10_000; // ms for a ticket, the handshake and the hello together
const JUST_BEGUN = 1_000; // ms: a wake-up leaves such an opening alone
const PING_EVERY = 30_000; // ms
const PROBE = 5_000; // ms for a sign of life after a ping
const STOP = 1008; // the token is wrong or revoked: coming back would not help
const PING = '{"type": "ping"}';

export class Line {
  since = null; // { id, epoch }: where to go on
  wanted = null; // the subscription, said again on every connection
  #credentials;
  #tell;
  #url = null;
  #ws = null;
  #attempt = 0;
  #opening = null; // what is being opened, and since when; null when nothing is
  #timer = null; // until the next try, or until an opening has taken too long
  #pings = null;
  #probe = null;
  #isHeard = false; // since the last ping
  #unwatch = null;

  // `tell` hears of every message and change: (name, payload, whole message).
  constructor(credentials, tell) {
    this.#credentials = credentials;
    this.#tell = tell;
  }

  get status() {
    if (this.#ws?.readyState === WebSocket.OPEN) return 'connected';
    return this.#url ? 'connecting' : 'disconnected';
  }

  open(url) {
    this.#url = url;
    this.#attempt = 0;
    this.#unwatch = onWake(() => this.wake());
    this.#open();
  }

  close() {
    this.#url = null;
    this.#unwatch?.();
    this.#drop();
  }

  subscribe(wanted) {
    this.wanted = { type: 'subscribe', ...wanted };
    if (this.status === 'connected') this.#ws.send(JSON.stringify(this.wanted));
  }

  // The page slept, or the network changed: what is open may be dead, what waits may go on.
  wake() {
    if (!this.#url) return;
    if (this.status === 'connected' && !this.#opening) this.#askForLife();
    else if (!this.#opening || Date.now() - this.#opening.at > JUST_BEGUN) this.#open();
  }

  async #open() {
    this.#drop();
    const opening = { at: Date.now() };
    this.#opening = opening;
    this.#timer = setTimeout(() => this.#lose(4000, 'No answer in time'), OPENING);
    try {
      const query = await this.#query();
      if (this.#opening !== opening) return; // closed, or begun anew, while the ticket was on its way
      this.#listen(new WebSocket(`${this.#url}?${query}`));
    } catch (error) {
      if (this.#opening !== opening) return;
      this.#tell('error', { error: String(error) });
      this.#lose(error.isUnauthorized ? STOP : 4001, String(error));
    }
  }

  async #query() {
    const name = typeof this.#credentials === 'function' ? 'ticket' : 'token';
    const query = new URLSearchParams({ [name]: name === 'ticket' ? await this.#credentials() : this.#credentials });
    if (this.since) {
      query.set('since', this.since.id);
      query.set('epoch', this.since.epoch);
    }
    return query;
  }

  #listen(ws) {
    this.#ws = ws;
    ws.onopen = () => {
      if (this.wanted) ws.send(JSON.stringify(this.wanted));
      this.#tell('connected', {});
    };
    ws.onmessage = (message) => this.#receive(message.data);
    ws.onerror = () => this.#tell('error', { error: 'The connection failed.' });
    ws.onclose = (closed) => this.#lose(closed.code, closed.reason);
  }

  #receive(text) {
    this.#isHeard = true;
    const message = parsed(text);
    if (typeof message.type !== 'string' || message.type === 'pong') return;
    if (message.type === 'connection') this.#welcome(message);
    else if (message.id !== undefined) this.#pass(message);
    else this.#tell(message.type, message.payload ?? message, message);
  }

  #welcome(hello) {
    this.#opening = null;
    this.#attempt = 0;
    clearTimeout(this.#timer);
    this.#pings = setInterval(() => this.#askForLife(), PING_EVERY);
    const isElsewhere = this.since?.epoch !== hello.epoch || hello.last_event_id < this.since.id;
    if (isElsewhere) this.since = { id: hello.last_event_id, epoch: hello.epoch };
    this.#tell('connection', hello);
  }

  // An event, once: a tab that was frozen hears from the one that took over what it finds here too.
  #pass(message) {
    if (!this.since || message.id <= this.since.id) return;
    this.since.id = message.id;
    this.#tell(message.type, message.payload, message);
  }

  #askForLife() {
    this.#isHeard = false;
    this.#ws.send(PING);
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => this.#isHeard || this.#lose(4000, 'No answer'), PROBE);
  }

  #lose(code, reason) {
    this.#drop();
    if (code === STOP) this.close();
    else this.#timer = setTimeout(() => this.#open(), delay(this.#attempt++));
    this.#tell('disconnected', { code, reason });
  }

  // Without waiting for the other side: a dead one would not answer the goodbye either.
  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#probe);
    clearInterval(this.#pings);
    const ws = this.#ws;
    this.#ws = null;
    this.#opening = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onerror = ws.onclose = null;
    ws.close(1000);
  }
}

function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {}; // not our server's: it speaks JSON
  }
}
