// #/events : the log, newest first.
import { eventsApi } from '../api.js';
import { EventRow } from '../components/EventRow.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Refused } from '../components/Refused.js';
import { t } from '../i18n.js';
import { eventTypes, stream } from '../known.js';
import { html, useState } from '../ui.js';

const PAGE = 100;

export function Events() {
  const [type, setType] = useState('');
  const [query, setQuery] = useState('');
  const loaded = useLoaded(async (before = []) => {
    const page = await eventsApi.list({ type, limit: PAGE, offset: before.length });
    return { items: [...before, ...page.items], total: page.total };
  }, [type]);
  const { items: stored, total } = loaded.value ?? { items: [], total: 0 };
  const known = new Set(stored.map((one) => one.id));
  const fresh = stream.value.filter((one) => one.id > (stored[0]?.id ?? 0) && !known.has(one.id) && (!type || one.type === type));
  const shown = [...fresh, ...stored].filter((one) => !query || JSON.stringify(one).toLowerCase().includes(query.toLowerCase()));
  return html`<${Refused} /><section class="card">
    <div class="toolbar">
      <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setQuery(event.target.value)} />
      <select aria-label=${t('filterType')} onChange=${(event) => setType(event.target.value)}>
        <option value="">${t('allTypesShort')}</option>${eventTypes.value.map((one) => html`<option value=${one.value}>${one.label} (${one.value})</option>`)}
      </select>
    </div>
    <${Missing} of=${loaded} rows=${10} />
    ${loaded.value && shown.length === 0 && html`<p class="muted">${t('nothingFound')}</p>`}
    <ul class="stream">${shown.map((one) => html`<${EventRow} key=${one.id} event=${one} />`)}</ul>
    ${stored.length < total && html`<button onClick=${() => loaded.reload(stored)}>${t('showMore')}</button>`}
  </section>`;
}
