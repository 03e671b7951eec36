// The tabs of one browser: one leads and holds the socket, the others hear it over a channel. Who gets no
// answer for ten seconds takes over: a tab that a phone suspended without a word keeps its lock.
import { onWake } from '../lib/persist.js';

const TICK = 2_000; // ms
const PATIENCE = 4; // ticks without an answer, and the next one acts: ten seconds
const MOVED = 'asked for anew'; // why a request for the lock is withdrawn

// Web Locks need a secure context: on http://IP every tab has a socket of its own; where cookies are blocked, too.
export function canShare() {
  try {
    new BroadcastChannel('').close();
    return Boolean(navigator.locks);
  } catch {
    return false;
  }
}

export class Tabs {
  #name;
  #line;
  #tell;
  #channel; // null where tabs may not talk, and when closed
  #timer;
  #unwatch;
  #waiting; // to withdraw the request for the lock
  #release = null; // gives the lock up; null when another tab leads
  #unanswered = 0; // ticks
  #heard = 'connecting'; // the leader's status
  #isOpen = true;

  // The leader opens `line`; in the others `tell` hears what that one told.
  constructor(name, line, tell) {
    this.#name = name;
    this.#line = line;
    this.#tell = tell;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#ask();
    this.#timer = setInterval(() => this.#look(), TICK);
    this.#unwatch = onWake(() => this.#wake());
    this.#stand();
  }

  get status() {
    return this.#release ? this.#line.status : this.#heard;
  }

  say(news) {
    const { status, since } = this.#line;
    this.#channel?.postMessage({ news: { status, since, ...news } });
  }

  close() {
    this.#isOpen = false;
    this.#unwatch();
    this.#leaveChannel();
    this.#waiting.abort(MOVED);
    this.#release?.();
    this.#release = null;
  }

  // This tab woke up: does the leader live, and its socket?
  #wake() {
    if (this.#release) return;
    this.#unanswered = Math.max(this.#unanswered, PATIENCE - 2); // half the time
    this.#ask({ wake: true });
  }

  #ask(more) {
    this.#channel?.postMessage({ since: this.#line.since, ...more });
  }

  #receive({ news, since, wake }) {
    if (news) return this.#hear(news);
    this.#line.since ??= since; // a new tab may have to take over for all
    if (!this.#release) return;
    this.say();
    if (wake) this.#line.wake();
  }

  // From the leader: what happened, and where to go on.
  #hear({ status, since, event, payload, message }) {
    this.#unanswered = 0;
    const last = this.#line.since;
    const isBehind = since?.epoch === last?.epoch && since?.id <= last?.id; // a leader that was frozen
    const hasChanged = status !== this.#heard;
    this.#heard = status;
    if (isBehind && message?.id !== undefined) return;
    if (since && (!isBehind || event === 'connection')) this.#line.since = since;
    if (event) this.#tell(event, payload, message);
    else if (hasChanged) this.#tell(status, {});
  }

  // Asked, a leader answers whose timers are slowed.
  #look() {
    if (this.#release) return;
    if (this.#unanswered >= PATIENCE) this.#takeOver();
    else this.#ask();
    this.#unanswered += 1;
  }

  #stand() {
    this.#waiting = new AbortController();
    this.#request({ signal: this.#waiting.signal });
  }

  #takeOver() {
    this.#waiting.abort(MOVED);
    this.#request({ steal: true });
  }

  async #request(options) {
    try {
      await navigator.locks.request(this.#name, options, () => this.#lead());
    } catch (error) {
      if (error === MOVED) return;
      if (error.name === 'AbortError') this.#robbed();
      else {
        this.#leaveChannel(); // locks are denied (blocked cookies): a socket of its own
        this.#lead();
      }
    }
  }

  #leaveChannel() {
    clearInterval(this.#timer);
    this.#channel?.close();
    this.#channel = null;
  }

  #lead() {
    if (!this.#isOpen) return undefined; // it came too late
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#line.open();
    });
  }

  #robbed() {
    this.#release = null;
    this.#unanswered = 0;
    this.#line.close();
    this.#stand();
  }
}
