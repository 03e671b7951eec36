// The page without a network, and notifications. It keeps the page's own files, all of one version, and nothing
// that the server says of the shop.

const PREFIX = 'page ';
const PATIENCE = 4_000; // ms for the page itself: then it is opened as it was kept
const OWN = /^(css|icons|js|vendor)\//;
const { scope } = self.registration;

const on = (event, answer) => self.addEventListener(event, (one) => one.waitUntil(answer(one)));

on('install', () => tryToKeep().then(() => self.skipWaiting()));
on('activate', () => self.clients.claim());
on('message', ({ ports }) => tryToKeep().then(() => ports[0].postMessage('')));
on('notificationclick', ({ notification }) => {
  notification.close();
  return open(notification.data.href);
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return;
  const name = request.url.slice(scope.length);
  if (request.mode === 'navigate' && /^(\?|$)/.test(name)) event.respondWith(page(request));
  else if (OWN.test(name)) event.respondWith(kept(request).then((found) => found ?? fetch(request)));
});

const kept = (request) => caches.match(request, { ignoreSearch: true, ignoreVary: true });

// From the network where there is one: a gate in front may want its sign-in. Of another version all files are
// taken first, so that no old one meets a new one.
async function page(request) {
  const mine = await kept(scope);
  if (!mine) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, mine));
  const fresh = fetch(request).then(async (answer) => {
    if (answer.headers.get('ETag') !== mine.headers.get('ETag')) await tryToKeep();
    return answer;
  });
  return Promise.race([fresh.catch(() => mine), late]);
}

let keeping = null;
const tryToKeep = () => {
  keeping ??= keep().finally(() => {
    keeping = null;
  });
  return keeping.catch(() => {});
};

// The older ones go when all of the present version are here.
async function keep() {
  const { version, files } = await (await fetch('files.json', { cache: 'no-cache' })).json();
  const name = PREFIX + version;
  const before = await caches.keys();
  if (before.includes(name)) return;
  const cache = await caches.open(name);
  try {
    await cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache' })));
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
  await Promise.all(before.filter((one) => one.startsWith(PREFIX)).map((one) => caches.delete(one)));
}

// In a page that is open already, or a new one.
async function open(href) {
  const [shown] = await self.clients.matchAll({ type: 'window' });
  if (!shown) return self.clients.openWindow(new URL(href, scope).href);
  shown.postMessage({ href });
  return shown.focus();
}
