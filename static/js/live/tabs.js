// The tabs of one browser: one leads and holds the socket, the others hear it over a channel. Who gets
// no answer from the leader for ten seconds takes over: a phone suspends tabs without a word, and a
// suspended one keeps its lock.

const TICK = 2_000; // ms
const PATIENCE = 4; // ticks without an answer, and the next one acts: ten seconds
const MOVED = 'asked for anew'; // why a request for the lock is withdrawn

// Web Locks need a secure context: on http://IP every tab has a socket of its own.
export const canShare = () => Boolean(globalThis.navigator?.locks && globalThis.BroadcastChannel);

export class Tabs {
  #name;
  #on;
  #channel = null; // null where tabs may not talk, and when closed
  #timer;
  #waiting = null; // to withdraw the request for the lock
  #release = null; // gives the lock up; null when another tab leads
  #unanswered = 0; // ticks
  #isOpen = true;

  // `on`: lead() and resign() when it begins and ends, hear(news) from the leader, learn(since) from the
  // others, now() for what a tab needs that has just come, wake() when another tab woke up.
  constructor(name, on) {
    this.#name = name;
    this.#on = on;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#ask();
    this.#timer = setInterval(() => this.#look(), TICK);
    this.#stand();
  }

  get isLeading() {
    return this.#release !== null;
  }

  say(news) {
    this.#channel?.postMessage({ news });
  }

  // This tab woke up: does the leader live, and its socket?
  wake() {
    if (this.isLeading) return;
    this.#unanswered = Math.max(this.#unanswered, PATIENCE - 2); // half the time
    this.#ask({ wake: true });
  }

  close() {
    this.#isOpen = false;
    this.#leaveChannel();
    this.#waiting.abort(MOVED);
    this.#release?.();
    this.#release = null;
  }

  #ask(more) {
    this.#channel?.postMessage({ since: this.#on.now().since, ...more });
  }

  #receive({ news, since, wake }) {
    if (news) {
      this.#unanswered = 0;
      this.#on.hear(news);
      return;
    }
    this.#on.learn(since);
    if (!this.isLeading) return;
    this.say(this.#on.now());
    if (wake) this.#on.wake();
  }

  // A leader that has nothing to say is asked; its slowed timers do not matter then.
  #look() {
    if (this.isLeading) return;
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
      return await navigator.locks.request(this.#name, options, () => this.#lead());
    } catch (error) {
      if (error === MOVED) return undefined;
      if (error.name === 'AbortError') return this.#robbed();
      this.#leaveChannel(); // locks are denied (blocked cookies): a socket of its own
      return this.#lead();
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
      this.#on.lead();
    });
  }

  #robbed() {
    this.#release = null;
    this.#unanswered = 0;
    this.#on.resign();
    this.#stand();
  }
}
