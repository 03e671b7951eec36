// #/events?type=&q= : the log, newest first; what is searched for is searched for by the server.
import { eventsApi } from '../api.js';
import { EventList } from '../components/EventRow.js';
import { Icon } from '../components/Icon.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Refused } from '../components/Refused.js';
import { TypeFilter } from '../components/TypeFilter.js';
import { t } from '../i18n.js';
import { now, stream } from '../known.js';
import { csv, save } from '../lib/files.js';
import { dateOf } from '../lib/time.js';
import { query, setQuery } from '../place.js';
import { attempt } from '../toasts.js';
import { html } from '../ui.js';

const PAGE = 100;
const EXPORTED = 200; // events a call: the most that the server gives
const WHILE_TYPING = 250; // ms

export function Events() {
  const [type, q] = [query('type'), query('q')];
  const loaded = useLoaded((before) => found({ type, q }, before), [type, q], q ? WHILE_TYPING : 0);
  const { items, next, until } = loaded.value ?? { items: [] };
  const fresh = stream.value.filter((one) => one.id > (items[0]?.id ?? 0) && belongs(one, type, q));
  const shown = loaded.value ? [...fresh, ...items] : [];
  const download = async (kind) => {
    const whole = await attempt(() => withPayloads({ type, q }, shown.at(-1).id));
    if (!whole) return;
    const text = kind === 'csv' ? csv(whole.map(flat)) : JSON.stringify(whole, null, 2);
    save(`events.${kind}`, text);
  };
  return html`<${Refused} /><section class="card events"><h2 class="unseen">${t('stream')}</h2>
    <div class="toolbar">
      <input type="search" data-search placeholder=${t('searchEvents')} aria-label=${t('search')} value=${q}
        onInput=${(event) => setQuery({ q: event.target.value })} />
      <${TypeFilter} value=${type} onChange=${(chosen) => setQuery({ type: chosen })} />
      <span class="last buttons" role="group" aria-label=${t('export')}>${['csv', 'json'].map(
        (kind) => html`
        <button class="quiet" disabled=${!shown.length} title=${t('exportHint')} onClick=${() => download(kind)}>
          <${Icon} name="download" />${kind.toUpperCase()}</button>`,
      )}</span>
    </div>
    <${Missing} of=${loaded} rows=${10} />
    <${EventList} events=${shown} />
    ${
      loaded.value &&
      html`<p class="row end" role="status"><span class="muted">
        ${!shown.length && `${t(q || type ? 'nothingFound' : 'noEvents')} `}
        ${until && t('searchedTo', { day: dateOf(until, now.value) })}</span>
      ${
        next &&
        html`<button onClick=${() => loaded.reload(loaded.value)}>
        ${t(q ? 'searchOn' : 'showMore')}</button>`
      }</p>`
    }
  </section>`;
}

// A page of what is looked for behind those `before` it: `next` is where to go on, `until` how far a search looked.
async function found(wanted, before) {
  const page = await eventsApi.list({ ...wanted, limit: PAGE, brief: true, before_id: before?.next });
  const next = wanted.q ? page.searched_to : page.items[PAGE - 1]?.id;
  const until = wanted.q && next ? await timeOf(next) : null;
  return { items: [...(before?.items ?? []), ...page.items], next, until };
}

async function timeOf(id) {
  const {
    items: [event],
  } = await eventsApi.list({ before_id: id + 1, limit: 1, payload: false });
  return event?.timestamp;
}

// The events of a list down to `oldest` as they came: what the list shows is shortened.
async function withPayloads(wanted, oldest) {
  const whole = [];
  let next;
  do {
    const page = await eventsApi.list({ ...wanted, limit: EXPORTED, before_id: next });
    whole.push(...page.items.filter((one) => one.id >= oldest));
    next = wanted.q ? page.searched_to : page.items.at(-1)?.id;
  } while (next > oldest);
  return whole;
}

const flat = ({ id, timestamp, type, payload }) => ({ id, timestamp, type, ...payload });

function belongs(event, type, q) {
  if (type && event.type !== type) return false;
  return !q || String(event.id) === q || JSON.stringify(event.payload).toLowerCase().includes(q.toLowerCase());
}
