// Notifications of the system, shown by a service worker: Chrome on Android has no other way, and
// Safari on iOS none at all until the page is installed. What is not there is not offered.
import { canWork, worker } from './version.js';

export const canNotify = () =>
  canWork() && 'Notification' in globalThis && 'showNotification' in ServiceWorkerRegistration.prototype;

export const mayNotify = () => canNotify() && Notification.permission === 'granted';

// Ask the person; whether notifications will be shown.
export async function askToNotify() {
  return (await Notification.requestPermission()) === 'granted' && Boolean(await worker());
}

// `tag` says what it is about: the tabs of one browser show it once.
export async function notify(text, { href, tag }) {
  await (await worker()).showNotification(text, { tag, data: { href } });
}
