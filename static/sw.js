// The service worker: shows notifications, and leads from one to its event. It fetches nothing.

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.href));
});

// In a page that is open already, or a new one.
async function open(href) {
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (!page) return self.clients.openWindow(new URL(href, self.registration.scope).href);
  page.postMessage({ href });
  return page.focus();
}
