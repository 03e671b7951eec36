// One socket that is kept up: opened with a time limit, resumed, asked for signs of life, opened anew.
import { delay, onWake } from '../lib/persist.js';

const OPENING = 10_000; // ms for a ticket, the handshake and the hello together
const JUST_BEGUN = 1_000; // ms: a wake-up leaves such an opening alone
const PING_EVERY = 30_000; // ms
const PROBE = 5_000; // ms for a sign of life after a ping
const STOP = 1008; // the token is wrong or revoked: coming back would not help

export class Line {
  url = null;
  since = null; // { id, epoch }: where to go on
  #wanted = null; // said again on every connection
  #credentials;
  #tell;
  #ws = null;
  #attempt = 0;
  #opening = null; // { at }: what is being opened, and since when
  #timer = null; // one for all: an opening, the next try, a sign of life
  #isHeard = false; // since the last ping
  #unwatch = null; // null when closed

  // `tell` hears of every message and change: (name, payload, message).
  constructor(credentials, tell) {
    this.#credentials = credentials;
    this.#tell = tell;
  }

  get status() {
    if (this.#ws?.readyState === WebSocket.OPEN) return 'connected';
    return this.#unwatch ? 'connecting' : 'disconnected';
  }

  open() {
    this.#attempt = 0;
    this.#unwatch ??= onWake(() => this.wake());
    this.#open();
  }

  close() {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#drop();
  }

  subscribe(wanted) {
    this.#wanted = { type: 'subscribe', ...wanted };
    if (this.status === 'connected') this.#send(this.#wanted);
  }

  // The page slept, or the network changed: what is open may be dead, what waits may go on.
  wake() {
    if (!this.#unwatch) return;
    if (this.status === 'connected' && !this.#opening) this.#askForLife();
    else if (!this.#opening || Date.now() - this.#opening.at > JUST_BEGUN) this.#open();
  }

  async #open() {
    this.#drop();
    const opening = { at: Date.now() };
    this.#opening = opening;
    this.#wait(OPENING, () => this.#lose(4000, 'No answer in time'));
    try {
      const query = await this.#query();
      if (this.#opening !== opening) return; // closed or begun anew meanwhile
      this.#listen(new WebSocket(`${this.url}?${query}`));
    } catch (error) {
      if (this.#opening !== opening) return;
      this.#tell('error', { error: String(error) });
      this.#lose(error.isUnauthorized ? STOP : 4001, String(error));
    }
  }

  async #query() {
    const given = this.#credentials;
    const credential = typeof given === 'function' ? { ticket: await given() } : { token: given };
    const { id, epoch } = this.since ?? {};
    return new URLSearchParams({ ...credential, ...(this.since && { since: id, epoch }) });
  }

  #listen(ws) {
    this.#ws = ws;
    ws.onopen = () => {
      if (this.#wanted) this.#send(this.#wanted);
      this.#tell('connected', {});
    };
    ws.onmessage = ({ data }) => this.#receive(data);
    ws.onerror = () => this.#tell('error', { error: 'The connection failed.' });
    ws.onclose = ({ code, reason }) => this.#lose(code, reason);
  }

  #send(message) {
    this.#ws.send(JSON.stringify(message));
  }

  #receive(text) {
    this.#isHeard = true;
    const message = parsed(text);
    if (typeof message.type !== 'string' || message.type === 'pong') return;
    if (message.type === 'connection') this.#welcome(message);
    else if (message.id === undefined) this.#tell(message.type, message.payload ?? message, message);
    else if (message.id > this.since?.id) {
      // Once: a tab that was frozen heard it from the one that took over.
      this.since.id = message.id;
      this.#tell(message.type, message.payload, message);
    }
  }

  #welcome(hello) {
    this.#opening = null;
    this.#attempt = 0;
    this.#wait(PING_EVERY, () => this.#askForLife());
    const isElsewhere = this.since?.epoch !== hello.epoch || hello.last_event_id < this.since.id;
    if (isElsewhere) this.since = { id: hello.last_event_id, epoch: hello.epoch };
    this.#tell('connection', hello);
  }

  #askForLife() {
    this.#isHeard = false;
    this.#send({ type: 'ping' });
    this.#wait(PROBE, () => {
      if (this.#isHeard) this.#wait(PING_EVERY - PROBE, () => this.#askForLife());
      else this.#lose(4000, 'No answer');
    });
  }

  #wait(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }

  #lose(code, reason) {
    this.#drop();
    if (code === STOP) this.close();
    else this.#wait(delay(this.#attempt++), () => this.#open());
    this.#tell('disconnected', { code, reason });
  }

  // Without waiting: a dead one would not answer the goodbye either.
  #drop() {
    clearTimeout(this.#timer);
    const ws = this.#ws;
    [this.#ws, this.#opening] = [null, null];
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onerror = ws.onclose = null;
    ws.close(1000);
  }
}

function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {}; // not our server's
  }
}
