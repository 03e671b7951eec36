// The address behind #: a path and a query. What lies over the rest with an address of its own (an event, a
// delivery, a new webhook) leaves the place under it as it was.
import { device, tab } from './lib/storage.js';
import { batch, computed, signal } from './ui.js';

const PLACE = 'bedolaga.place';
const WANTED = 'bedolaga.wanted';
const WANTED_FOR = 30 * 60_000; // ms: as long as a sign-in code is good
// What lies over another place, and in brackets that place where none was left for it.
const OVER = [/^(#\/events)\/\d+(\?|$)/, /^(#\/webhooks)\/new(\?|$)/, /^(#\/webhooks\/\d+\/deliveries)\/\d+(\?|$)/];

const route = signal(''); // the whole address
const under = signal(''); // the place that fills the page
export const over = computed(() => (route.value === under.value ? null : partsOf(route.value)));
export const path = computed(() => partsOf(under.value));
let depth = -1; // places of ours behind this one
let isOurs = false; // the page itself goes there

const partsOf = (hash) => hash.split('?')[0].replace(/^#\/?/, '').split('/');
const queryOf = (hash) => new URLSearchParams(hash.split('?')[1]);
const isPlace = (hash) => /^#\/./.test(hash);
const beneath = (hash) => OVER.map((one) => hash.match(one)?.[1]).find(Boolean);

export const isLink = () => /^#(token|login)=/.test(location.hash);
export const go = (hash) => {
  location.hash = hash;
};

export const socketAt = (name) => new URL(name, location.href).href.replace(/^http/, 'ws');

export const query = (name) => queryOf(under.value).get(name) ?? '';

// In place: who goes back leaves the list, not a letter of its search.
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

export function arrive() {
  if (isLink()) return; // no place
  const { hash } = location;
  const kept = history.state ?? {};
  const isFirst = depth < 0;
  const at = kept.depth ?? depth + 1;
  // Not before a dialog over it has asked: back to where it stands.
  if (at !== depth && !isFirst && !isOurs && !mayLeave()) return history.go(depth - at);
  [depth, isOurs] = [at, false];
  batch(() => {
    const place = beneath(hash);
    const [over, words] = hash.split('?');
    const alone = words && place ? `${place}?${words}` : (place ?? hash);
    under.value = kept.under ?? (place && !isFirst ? under.value : alone);
    // Who opens it elsewhere has the list under it as it is here.
    route.value = under.value.startsWith(`${place}?`) ? under.value.replace(place, over) : hash;
  });
  remember();
}

// Whether nothing would be lost.
const mayLeave = () => dispatchEvent(new Event('leaving', { cancelable: true }));
addEventListener('beforeunload', (event) => mayLeave() || event.preventDefault());

// Close what lies over the rest.
export function leave() {
  isOurs = depth > 0;
  if (isOurs) history.back();
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

// The sign-in stands in front of it: a link that another tab opens may lead to it too.
export function want() {
  if (isPlace(location.hash)) device.set(WANTED, JSON.stringify({ place: location.hash, at: Date.now() }));
}

// From a sign-in link to where this tab stood, or another waits to go.
export function comeBack() {
  const { place, at } = device.object(WANTED);
  device.remove(WANTED);
  const isWanted = isPlace(place) && Date.now() - at < WANTED_FOR;
  const here = tab.get(PLACE);
  history.replaceState(null, '', `${location.pathname}${here?.startsWith('#/') ? here : isWanted ? place : ''}`);
  depth = -1; // what lies behind may be this very place
  arrive();
}
