// Whether the server has another version of the page than this one, and the worker that keeps its files.
import { apiClient } from './client.js';
import { go } from './place.js';
import { signal } from './ui.js';

const PATIENCE = 10_000; // ms for a worker to have the new files

export const isOld = signal(false);
export const canWork = () => isSecureContext && 'serviceWorker' in navigator;

let mine = null; // the version of this page
let registered = null;

export function worker() {
  registered ??= register().catch((error) => {
    registered = null; // another try may do
    throw error;
  });
  return registered;
}

async function register() {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener('message', ({ data }) => data.href && go(data.href));
  await serviceWorker.register('sw.js');
  return serviceWorker.ready;
}

// Called whenever the server may be another one than before.
export async function look() {
  try {
    const { version } = await apiClient.request('GET', '/files.json', { token: null });
    mine ??= (await keptVersion()) ?? version;
    await Promise.race([keepNew().catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    isOld.value = version !== mine;
  } catch {
    // without an answer this one goes on
  }
}

// What a worker opened this page from.
async function keptVersion() {
  const names = canWork() && navigator.serviceWorker.controller ? await caches.keys() : [];
  return names.find((one) => one.startsWith('page '))?.slice(5);
}

// Before anybody is asked to reload. Without a worker (no secure context, a private window) a reload fetches
// everything anyway.
async function keepNew() {
  const { active } = await worker();
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    active.postMessage('', [port2]);
  });
}
