// #/events : the log, newest first.
import { eventsApi } from '../api.js';
import { EventRow } from '../components/EventRow.js';
import { Skeleton } from '../components/Skeleton.js';
import { t } from '../i18n.js';
import { attempt, eventTypes, stream } from '../state.js';
import { html, useEffect, useState } from '../ui.js';

const PAGE = 100;

export function Events() {
  const [type, setType] = useState('');
  const [query, setQuery] = useState('');
  const [items, setItems] = useState(null);
  const [total, setTotal] = useState(0);

  async function load(before) {
    const page = await attempt(() => eventsApi.list({ type, limit: PAGE, offset: before.length }));
    if (!page) return;
    setItems([...before, ...page.items]);
    setTotal(page.total);
  }
  useEffect(() => { load([]); }, [type]);

  const stored = items ?? [];
  const known = new Set(stored.map((one) => one.id));
  const fresh = stream.value.filter((one) => one.id > (stored[0]?.id ?? 0) && !known.has(one.id) && (!type || one.type === type));
  const shown = [...fresh, ...stored].filter((one) => !query || JSON.stringify(one).toLowerCase().includes(query.toLowerCase()));
  return html`<section class="card">
    <header class="row"><h1>${t('events')}</h1>
      <span class="toolbar">
        <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setQuery(event.target.value)} />
        <select aria-label=${t('filterType')} onChange=${(event) => setType(event.target.value)}>
          <option value="">${t('allTypesShort')}</option>${eventTypes.value.map((one) => html`<option value=${one.value}>${one.label} (${one.value})</option>`)}
        </select>
      </span></header>
    ${!items && html`<${Skeleton} rows=${10} />`}
    ${items && shown.length === 0 && html`<p class="muted">${t('nothingFound')}</p>`}
    <ul class="stream">${shown.map((one) => html`<${EventRow} key=${one.id} event=${one} />`)}</ul>
    ${items && items.length < total && html`<button onClick=${() => load(items)}>${t('showMore')}</button>`}
  </section>`;
}
