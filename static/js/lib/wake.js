// Tells when the page may have slept or the network may have changed: whatever waits looks again.

const TICK = 5_000; // ms
const SLEPT = 3 * TICK; // a timer that is so late was not running
const TOGETHER = 50; // ms: a waking phone sends several events at once

const listeners = new Set();
let coming = null;

// Returns how to stop.
export function onWake(callback) {
  if (!listeners.size) watch();
  listeners.add(callback);
  return () => listeners.delete(callback);
}

let isWatching = false;
function watch() {
  if (isWatching || !globalThis.document) return;
  isWatching = true;
  for (const event of ['online', 'focus', 'pageshow']) addEventListener(event, wake);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake());
  document.addEventListener('resume', wake); // a frozen tab that goes on
  let last = Date.now();
  setInterval(() => {
    if (Date.now() - last > SLEPT && document.visibilityState === 'visible') wake();
    last = Date.now();
  }, TICK);
}

function wake() {
  coming ??= setTimeout(() => {
    coming = null;
    for (const callback of [...listeners]) callback();
  }, TOGETHER);
}
