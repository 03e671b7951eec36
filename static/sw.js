// The service worker: the page without a network, notifications, and the way from one to its event. It
// keeps the page's own files, all of one version, and nothing that the server says of the shop.

const PREFIX = 'page ';
const PATIENCE = 4_000; // ms for the page itself: then it is opened as it was kept
const OWN = /^(css|icons|js|vendor)\//;

self.addEventListener('install', (event) =>
  event.waitUntil(
    keep()
      .catch(() => {})
      .then(() => self.skipWaiting()),
  ),
);
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) =>
  event.waitUntil(
    keep()
      .catch(() => {})
      .then(() => event.ports[0].postMessage('')),
  ),
);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const name = request.url.startsWith(self.registration.scope)
    ? request.url.slice(self.registration.scope.length)
    : null;
  if (request.method !== 'GET' || name === null) return;
  if (request.mode === 'navigate' && /^(\?|$)/.test(name)) event.respondWith(page(request));
  else if (OWN.test(name)) event.respondWith(kept(request).then((found) => found ?? fetch(request)));
});

const kept = (request) => caches.match(request, { ignoreSearch: true, ignoreVary: true });

// From the network where there is one: a gate in front may want its sign-in. With another version of it all
// its files are taken first, so that no old one meets a new one.
async function page(request) {
  const mine = await kept(self.registration.scope);
  if (!mine) return fetch(request);
  const late = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE, mine);
  });
  const fresh = fetch(request).then(async (answer) => {
    if (answer.headers.get('ETag') !== mine.headers.get('ETag')) await keep().catch(() => {});
    return answer;
  });
  return Promise.race([fresh.catch(() => mine), late]);
}

// Take the files of the server's present version; the older ones go when all of them are here.
let keeping = null;
function keep() {
  keeping ??= take().finally(() => {
    keeping = null;
  });
  return keeping;
}

async function take() {
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

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.href));
});

// In a page that is open already, or a new one.
async function open(href) {
  const [shown] = await self.clients.matchAll({ type: 'window' });
  if (!shown) return self.clients.openWindow(new URL(href, self.registration.scope).href);
  shown.postMessage({ href });
  return shown.focus();
}
