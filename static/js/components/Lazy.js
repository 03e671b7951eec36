// A part that is loaded when it is wanted first, its shape until then; asked for again as everything else is.
import { persist } from '../lib/persist.js';
import { tab } from '../lib/storage.js';
import { html, Skeleton, useEffect, useState } from './parts.js';

const PATIENCE = 15_000; // ms for a module and what it imports
const SELDOM = 300_000; // ms: a network may just be slow
const BEGUN = 'bedolaga.begun';

const parts = [];

// What `load`, an import(), promises.
export const insist = (load) =>
  persist(async () => {
    const stuck = setTimeout(beginAnew, PATIENCE);
    try {
      return await load();
    } finally {
      clearTimeout(stuck);
    }
  });

// A module that hangs (a frozen network) cannot be given up, and six hold every connection to a server: only
// leaving the page ends them. Not under somebody's hands.
function beginAnew() {
  if (Date.now() - Number(tab.get(BEGUN)) < SELDOM || document.querySelector('dialog[open], form :focus')) return;
  tab.set(BEGUN, String(Date.now()));
  stop(); // else the page itself would wait for a connection
  location.reload();
}

// The styles of all parts: the first view has none of them.
let styles = null;
const dressed = () =>
  new Promise((onload, reject) => {
    const onerror = () => reject(new Error());
    const more = { rel: 'stylesheet', href: 'css/webhooks.css', onload, onerror };
    document.head.append(Object.assign(document.createElement('link'), more));
  });

export const waiting = (rows = 8) => html`<section class="card"><${Skeleton} rows=${rows} /></section>`;

// `load` promises the module, `name` is the component in it; `shape` stands there meanwhile.
export function lazy(load, name, shape = waiting) {
  let part = null;
  const get = async () => {
    const [loaded] = await Promise.all([insist(load), (styles ??= insist(dressed))]);
    part = loaded[name];
  };
  parts.push(get);
  return function Lazy(props) {
    const [, setLoaded] = useState(part !== null);
    useEffect(() => {
      if (!part) get().then(() => setLoaded(true));
    }, []);
    return part ? html`<${part} ...${props} />` : shape();
  };
}

// What nobody wanted yet: it is there without a network too.
export const loadRest = () => Promise.all(parts.map((get) => get()));
