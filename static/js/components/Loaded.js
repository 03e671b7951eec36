// What is asked of the server: its shape at first, the old while the new comes, a reason if none does.
import { said, t } from '../i18n.js';
import { persist } from '../lib/persist.js';
import { html, useEffect, useRef, useState } from '../ui.js';
import { Skeleton } from './Skeleton.js';

// `load` is called again `wait` ms after a dependency changed; an answer that is overtaken is dropped, one
// that did not come is asked for again.
export function useLoaded(load, dependencies, wait = 0) {
  const [value, setValue] = useState(null);
  const [error, setError] = useState(null);
  const latest = useRef(0);
  async function reload(...words) {
    const mine = ++latest.current;
    const isWanted = () => mine === latest.current;
    const onTrouble = (error) => isWanted() && setError(error);
    try {
      const loaded = await persist(() => load(...words), { isWanted, onTrouble });
      if (isWanted()) setValue(loaded);
    } catch (error) {
      onTrouble(error);
    }
  }
  useEffect(() => {
    const timer = setTimeout(reload, wait);
    return () => {
      clearTimeout(timer);
      latest.current += 1;
    };
  }, dependencies);
  return { value, setValue, problem: error && said(error.message), reload };
}

export function Missing({ of: { value, problem, reload }, rows }) {
  if (problem) {
    return html`<p class="row problem" role="alert"><span>${problem}</span><button class="small" onClick=${() => reload()}>${t('again')}</button></p>`;
  }
  return !value && html`<${Skeleton} rows=${rows} />`;
}
