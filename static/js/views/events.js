// #/events?type=&q= : the log; the server searches it.
import { eventsApi } from '../api.js';
import { EventList } from '../components/EventRow.js';
import { attempt, html, Icon, Loaded, query, t, useLoaded } from '../components/parts.js';
import { Refused } from '../components/Health.js';
import { More, pageOf, Search, TypeFilter } from '../components/Search.js';
import { stream } from '../known.js';
import { csv, save } from '../lib/files.js';

const PAGE = 100;
const EXPORTED = 200; // events a call: the most that the server gives
const WHILE_TYPING = 250; // ms

export function Events() {
  const [type, q] = [query('type'), query('q')];
  const wanted = { type, q, limit: PAGE, brief: true };
  const loaded = useLoaded((before) => pageOf(eventsApi.list, wanted, before), [type, q], q ? WHILE_TYPING : 0);
  const items = loaded.value?.items ?? [];
  const fresh = stream.value.filter((one) => one.id > (items[0]?.id ?? 0) && belongs(one, type, q));
  const shown = loaded.value ? [...fresh, ...items] : [];
  const download = async (kind) => {
    const whole = await attempt(() => withPayloads({ type, q, limit: EXPORTED }, shown.at(-1).id));
    if (whole) save(`events.${kind}`, kind === 'csv' ? csv(whole.map(flat)) : JSON.stringify(whole, null, 2));
  };
  const button = (
    kind,
  ) => html`<button class="quiet" disabled=${!shown.length} title=${t('exportHint')} onClick=${() => download(kind)}>
    <${Icon} name="download" />${kind.toUpperCase()}</button>`;
  return html`<${Refused} /><section class="card events"><h2 class="unseen">${t('stream')}</h2>
    <div class="toolbar"><${Search} hint="searchEvents" /><${TypeFilter} />
      <span class="last buttons" role="group" aria-label=${t('export')}>${['csv', 'json'].map(button)}</span></div>
    <${Loaded} of=${loaded} rows=${10} />
    <${EventList} events=${shown} />
    <${More} of=${loaded} none=${!shown.length && (q || type ? 'nothingFound' : 'noEvents')} />
  </section>`;
}

// The events of a list down to `oldest` as they came: what the list shows is shortened.
async function withPayloads(wanted, oldest) {
  const whole = [];
  let next;
  do {
    const page = await eventsApi.list({ ...wanted, before_id: next });
    whole.push(...page.items.filter((one) => one.id >= oldest));
    next = wanted.q ? page.searched_to : page.items.at(-1)?.id;
  } while (next > oldest);
  return whole;
}

// A field of the payload that is called as one of the event's own stands beside it.
function flat({ id, timestamp, type, payload }) {
  const own = { id, timestamp, type };
  const named = Object.entries(payload).map(([name, value]) => [name in own ? `payload.${name}` : name, value]);
  return { ...own, ...Object.fromEntries(named) };
}

function belongs(event, type, q) {
  if (type && event.type !== type) return false;
  const [whole, words] = [event.payload, q].map((one) => JSON.stringify(one).toLowerCase());
  return String(event.id) === q || whole.includes(words.slice(1, -1));
}
