// A part of the page that is loaded when it is wanted first: its shape until then. What cannot be loaded
// is asked for again, as everything else is.
import { persist } from '../lib/persist.js';
import { html, useEffect, useState } from '../ui.js';
import { Skeleton } from './Skeleton.js';

const parts = [];

// What `load`, an import(), promises.
export const insist = (load) =>
  persist(async () => {
    try {
      return await load();
    } catch (error) {
      throw Object.assign(error, { isTransient: true });
    }
  });

// The styles of all parts: the first view has none of them.
let styles = null;
const dressed = () =>
  new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement('link'), {
      rel: 'stylesheet',
      href: 'css/webhooks.css',
      onload: resolve,
      onerror: () => reject(new Error()),
    });
    document.head.append(link);
  });

// `load` promises the module, `name` is the component in it.
export function lazy(load, name) {
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
    return part ? html`<${part} ...${props} />` : html`<section class="card"><${Skeleton} rows=${8} /></section>`;
  };
}

// Load what nobody wanted yet, so that it is there without a network too.
export const loadRest = () => Promise.all(parts.map((get) => get()));
