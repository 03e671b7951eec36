// Where one is: the address behind #. A sign-in link that comes over it gives it back.
import { device, tab } from './lib/storage.js';
import { signal } from './ui.js';

const PLACE = 'bedolaga.place';
const WANTED = 'bedolaga.wanted';
const WANTED_FOR = 30 * 60_000; // ms: as long as a sign-in code is good

export const route = signal('');
export const go = (hash) => { location.hash = hash; };

const isPlace = (hash) => hash.startsWith('#/') && hash.length > 2;

// What the address says now; what is no place (a sign-in link) is not remembered.
export function arrive() {
  route.value = location.hash;
  if (!location.hash || location.hash.startsWith('#/')) tab.set(PLACE, location.hash);
}

// The form stands in front of this place: a link that is opened in another tab may lead to it too.
export function want() {
  if (isPlace(location.hash)) device.set(WANTED, JSON.stringify({ place: location.hash, at: Date.now() }));
}

// Take a sign-in link out of the address and go where this tab stood, or another waits to go.
export function comeBack() {
  const { place, at } = device.object(WANTED);
  const isFresh = typeof place === 'string' && isPlace(place) && Date.now() - at < WANTED_FOR;
  device.remove(WANTED);
  const back = tab.get(PLACE) || (isFresh ? place : '');
  history.replaceState(null, '', `${location.pathname}${back}`);
  arrive();
}
