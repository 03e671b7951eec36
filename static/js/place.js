// Where one is: the address behind #, a path and a query. What has an address of its own but lies over
// the rest (an event, a delivery, a new webhook) leaves the place under it as it was.
import { device, tab } from './lib/storage.js';
import { batch, computed, signal } from './ui.js';

const PLACE = 'bedolaga.place';
const WANTED = 'bedolaga.wanted';
const WANTED_FOR = 30 * 60_000; // ms: as long as a sign-in code is good
const LINK = /^#(token|login)=/;
// What lies over another place, and which one where none was left for it.
/** @type {[RegExp, (found: string[]) => string][]} */
const OVER = [
  [/^#\/events\/\d+(\?|$)/, () => '#/events'],
  [/^#\/webhooks\/new(\?|$)/, () => '#/webhooks'],
  [/^#\/webhooks\/(\d+)\/deliveries\/\d+(\?|$)/, ([, id]) => `#/webhooks/${id}/deliveries`],
];

export const route = signal(''); // the whole address
export const under = signal(''); // the place that fills the page
export const over = computed(() => (route.value === under.value ? null : partsOf(route.value)));
export const path = computed(() => partsOf(under.value));
let depth = -1; // how many places of ours lie behind this one; none was arrived at yet

export const isLink = () => LINK.test(location.hash);
export const go = (hash) => {
  location.hash = hash;
};

const partsOf = (hash) => hash.split('?')[0].split('/').slice(1);
const queryOf = (hash) => new URLSearchParams(hash.split('?')[1]);
const isPlace = (hash) => hash.startsWith('#/') && hash.length > 2;

// A word of the address's query; reading it in a component renders that one again when it changes.
export const query = (name) => queryOf(under.value).get(name) ?? '';

// Change words of the query, in place: who goes back leaves the list, not a letter of its search.
export function setQuery(words) {
  const asked = queryOf(under.value);
  for (const [name, value] of Object.entries(words)) {
    if (value) asked.set(name, value);
    else asked.delete(name);
  }
  const [before] = (under.value || '#/').split('?');
  const after = asked.size ? `${before}?${asked}` : before;
  batch(() => {
    if (route.value === under.value) route.value = after;
    under.value = after;
  });
  remember();
}

// What the address says now. A sign-in link is no place: who takes it gives the place back.
export function arrive() {
  const { hash } = location;
  if (isLink()) return;
  const kept = history.state ?? {};
  const isFirst = depth < 0;
  depth = kept.depth ?? depth + 1;
  batch(() => {
    under.value = kept.under ?? (isFirst || !beneath(hash) ? (beneath(hash) ?? hash) : under.value);
    route.value = hash;
  });
  remember();
}

// Where an address of what lies over another place leads without that; null for a place itself.
function beneath(hash) {
  for (const [pattern, otherwise] of OVER) {
    const found = hash.match(pattern);
    if (found) return otherwise(found);
  }
  return null;
}

// Close what lies over the rest: back to where one was.
export function leave() {
  if (depth > 0) history.back();
  else {
    route.value = under.value;
    remember();
  }
}

function remember() {
  const { state } = history;
  if (state?.depth === depth && state.under === under.value && location.hash === route.value) return;
  history.replaceState({ depth, under: under.value }, '', `${location.pathname}${location.search}${route.value}`);
  tab.set(PLACE, route.value);
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
  depth = -1; // what lies behind may be this very place
  arrive();
}
