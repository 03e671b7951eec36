// Looking for something: the words stand in the address, the server looks and says how far it did.
import { eventTypes, now } from '../known.js';
import { dateOf, html, isAdmin, middle, query, setQuery, t } from './parts.js';

const LABEL = 36; // signs
// The step after what is empty.
const NEXT = { noEvents: ['#/', 'firstRun'], noWebhooks: ['#/webhooks/new', 'createWebhook'] };

export const Search = ({ hint = 'search' }) => html`<input type="search" data-search placeholder=${t(hint)}
  aria-label=${t('search')} value=${query('q')} onInput=${({ target }) => setQuery({ q: target.value })} />`;

// A choice that narrows what is shown. `options`: [[value, text]], the first is the usual one.
export const Narrow = ({ by: name, label, options }) => html`<select aria-label=${t(label)} value=${query(name)}
  onChange=${({ target }) => setQuery({ [name]: target.value })}>
  ${options.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}</select>`;

export function TypeFilter() {
  const types = eventTypes.value.map(({ value, label }) => [value, middle(label, LABEL)]);
  return html`<${Narrow} by="type" label="filterType" options=${[['', t('allTypesShort')], ...types]} />`;
}

// A page of what `list` has of `wanted`, behind those `before` it: `next` is where to go on, `until` how far a
// search looked.
export async function pageOf(list, wanted, before) {
  const page = await list({ ...wanted, before_id: before?.next });
  const next = wanted.q ? page.searched_to : page.items[wanted.limit - 1]?.id;
  const until = wanted.q && next ? await timeOf(list, next) : null;
  return { items: [...(before?.items ?? []), ...page.items], next, until };
}

async function timeOf(list, id) {
  const { items } = await list({ before_id: id + 1, limit: 1, payload: false });
  return items[0]?.timestamp ?? items[0]?.created_at;
}

// What stands below it; `none` is said where nothing is shown.
export function More({ of: { value: page, reload }, none }) {
  if (!page) return null;
  const { next, until } = page;
  const [href, label] = (isAdmin.value && NEXT[none]) || [];
  return html`<p class="row end" role="status"><span class="muted">${none && `${t(none)} `}
      ${until && t('searchedTo', { day: dateOf(until, now.value) })}</span>
    ${next && html`<button onClick=${() => reload(page)}>${t(until ? 'searchOn' : 'showMore')}</button>`}
    ${href && html`<a class="button" href=${href}>${t(label)}</a>`}</p>`;
}
