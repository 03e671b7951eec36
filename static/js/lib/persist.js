// Try until it works: for what failed on its way and not by our server's word.
import { delay } from './backoff.js';
import { onWake } from './wake.js';

// Resolves after `ms`, or as soon as the page wakes up.
export function pause(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = onWake(done);
  });
}

// What `action` promises, tried again while `isWanted`; `onTrouble` hears each failure, and null when
// it is over. A refusal of our server is thrown: asking again would not help.
/** @type {typeof import('./persist.js').persist} */
export async function persist(action, { isWanted = () => true, onTrouble = () => {} } = {}) {
  for (let attempt = 0; isWanted(); attempt += 1) {
    try {
      const done = await action();
      onTrouble(null);
      return done;
    } catch (error) {
      if (!error.isTransient) throw error;
      if (isWanted()) onTrouble(error);
    }
    await pause(delay(attempt));
  }
  return undefined;
}
