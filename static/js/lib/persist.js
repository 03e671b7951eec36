// Waiting and trying again: how long, what ends a wait early, and what is worth another try.

const FIRST = 500; // ms
const LONGEST = 20_000; // ms
const TICK = 5_000; // ms
const SLEPT = 3 * TICK; // a timer that is so late was not running
const TOGETHER = 50; // ms: a waking phone sends several events at once

// Before another try: full jitter from 0.5 s, doubling up to 20 s (contract §3).
export const delay = (attempt) => FIRST + Math.random() * (Math.min(LONGEST, FIRST * 2 ** (attempt + 1)) - FIRST);

// The page may have slept, or the network changed. Returns how to stop.
export function onWake(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

const listeners = new Set();
let coming = null;
function wake() {
  coming ??= setTimeout(() => {
    coming = null;
    for (const callback of [...listeners]) callback();
  }, TOGETHER);
}

const isSeen = () => document.visibilityState === 'visible';
if (globalThis.document) {
  for (const event of ['online', 'focus', 'pageshow']) addEventListener(event, wake);
  document.addEventListener('visibilitychange', () => isSeen() && wake());
  document.addEventListener('resume', wake); // a frozen tab that goes on
  let last = Date.now();
  setInterval(() => {
    if (Date.now() - last > SLEPT && isSeen()) wake();
    last = Date.now();
  }, TICK);
}

// Resolves after `ms`, or as soon as the page wakes up.
export const pause = (ms) =>
  new Promise((resolve) => {
    const stop = onWake(resolve);
    setTimeout(() => resolve(stop()), ms);
  });

// `onTrouble` hears each failure, and null when it is over. A refusal of our server is thrown.
/** @type {typeof import('./persist.js').persist} */
export async function persist(action, { isWanted = () => true, onTrouble = () => {} } = {}) {
  for (let attempt = 0; isWanted(); attempt += 1) {
    try {
      const done = await action();
      onTrouble(null);
      return done;
    } catch (error) {
      if (error.isTransient === false) throw error; // else nobody of ours has spoken
      if (isWanted()) onTrouble(error);
    }
    await pause(delay(attempt));
  }
  return undefined;
}
