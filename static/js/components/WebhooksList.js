// The table of webhooks: search, filter, sort, many at once, live counters.
import { webhooksApi } from '../api.js';
import { language, said, t } from '../i18n.js';
import { number, shortUrl } from '../lib/text.js';
import { setActive, webhooks } from '../webhooks.js';
import { html, useEffect, useState } from '../ui.js';
import { Sparkline } from './Sparkline.js';
import { Status } from './Status.js';
import { Time } from './Time.js';

const COLUMNS = [['name', 'name'], ['url', 'url'], ['eventType', 'event_type'], ['status', 'is_active'], ['successes', 'success_count'], ['failures', 'failure_count'], ['lastCall', 'last_triggered_at']];
const NUMBERS = ['success_count', 'failure_count'];
const PAGE = 50;
const LOOK_EVERY = 30_000; // ms: the bars of the last day

export function WebhooksList({ onCreate, onRemove }) {
  const [query, setQuery] = useState('');
  const [state, setState] = useState('');
  const [sort, setSort] = useState({ field: 'id', down: true });
  const [chosen, setChosen] = useState(new Set());
  const [shown, setShown] = useState(PAGE);
  const [days, setDays] = useState(new Map());
  useEffect(() => {
    const load = async () => {
      const { items } = await webhooksApi.allSeries().catch(() => ({ items: [] }));
      setDays(new Map(items.map((one) => [one.webhook_id, one])));
    };
    load();
    const timer = setInterval(load, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);

  const found = [...webhooks.value.values()]
    .filter((one) => !state || one.is_active === (state === 'active'))
    .filter((one) => `${one.name} ${one.url} ${one.event_types.join(' ')}`.toLowerCase().includes(query.toLowerCase()))
    .sort((a, b) => (sort.down ? -1 : 1) * compare(a[sort.field], b[sort.field]));
  const toggle = (id) => setChosen((before) => {
    const after = new Set(before);
    if (!after.delete(id)) after.add(id);
    return after;
  });
  async function setAll(isActive) {
    for (const id of chosen) await setActive(webhooks.value.get(id), isActive);
    setChosen(new Set());
  }
  const order = (field) => (sort.field === field ? (sort.down ? 'descending' : 'ascending') : undefined);

  return html`<div class="toolbar">
      <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setQuery(event.target.value)} />
      <select aria-label=${t('status')} onChange=${(event) => setState(event.target.value)}>
        <option value="">${t('allStates')}</option><option value="active">${t('active')}</option><option value="inactive">${t('inactive')}</option>
      </select>
      ${chosen.size > 0 && html`<span>${t('selected', { count: chosen.size })}</span>
        <button onClick=${() => setAll(true)}>${t('activate')}</button><button onClick=${() => setAll(false)}>${t('deactivate')}</button>`}
      <button class="primary last" onClick=${onCreate}>${t('createWebhook')}</button>
    </div>
    ${found.length === 0 && html`<p class="muted">${t('nothingFound')}</p>`}
    ${found.length > 0 && html`<table>
      <thead><tr><th></th>
        ${COLUMNS.map(([label, field]) => html`<th class=${NUMBERS.includes(field) ? 'number' : ''} aria-sort=${order(field)}>
          <button class="sort" onClick=${() => setSort({ field, down: sort.field === field && !sort.down })}>${t(label)}${order(field) ? (sort.down ? ' ↓' : ' ↑') : ''}</button></th>`)}
        <th class="day">${t('24h')}</th><th>${t('actions')}</th></tr></thead>
      <tbody>${found.slice(0, shown).map((one) => html`<${Row} key=${one.id} webhook=${one} day=${days.get(one.id)} chosen=${chosen.has(one.id)} toggle=${() => toggle(one.id)} onRemove=${onRemove} />`)}</tbody>
    </table>`}
    ${found.length > shown && html`<button onClick=${() => setShown(shown + PAGE)}>${t('showMore')}</button>`}`;
}

function Row({ webhook, day, chosen, toggle, onRemove }) {
  const [open, setOpen] = useState(false); // the menu, where there is no room for a row of buttons
  const leave = (event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false);
  const state = webhook.is_active ? 'active' : 'inactive';
  return html`<tr>
    <td><input type="checkbox" checked=${chosen} onChange=${toggle} aria-label=${webhook.name} /></td>
    <td data-label=${t('name')} class="roomy"><a href="#/webhooks/${webhook.id}">${webhook.name}</a></td>
    <td data-label=${t('url')} class="roomy"><${Address} url=${webhook.url} /></td>
    <td data-label=${t('eventType')}><code class="whole"><${Pattern} text=${webhook.event_types.join(', ')} /></code></td>
    <td data-label=${t('status')}><${Status} status=${state} title=${said(webhook.disabled_reason)} /></td>
    <td data-label=${t('successes')} class="number">${number(webhook.success_count, language.value)}</td>
    <td data-label=${t('failures')} class="number">${number(webhook.failure_count, language.value)}</td>
    <td data-label=${t('lastCall')}>${webhook.last_triggered_at ? html`<${Time} at=${webhook.last_triggered_at} />` : t('never')}</td>
    <td data-label=${t('24h')} class="day"><${Sparkline} series=${day} /></td>
    <td class="menu" onFocusOut=${leave}>
      <button class="small opener" aria-expanded=${open} aria-label=${`${t('actions')}: ${webhook.name}`} onClick=${() => setOpen(!open)}>⋯</button>
      <span class="buttons ${open ? 'open' : ''}" onClick=${() => setOpen(false)}>
        <button class="small" onClick=${() => setActive(webhook, !webhook.is_active)}>${t(webhook.is_active ? 'deactivate' : 'activate')}</button>
        <a class="button small" href="#/webhooks/${webhook.id}/settings">${t('edit')}</a>
        <a class="button small" href="#/webhooks/${webhook.id}/deliveries">${t('history')}</a>
        <button class="small danger" onClick=${() => onRemove(webhook)}>${t('remove')}</button>
      </span>
    </td>
  </tr>`;
}

// A line may break after the host, never in it.
function Address({ url }) {
  const [, host, rest] = shortUrl(url, 40).match(/^([^/]*\/\/[^/…]*)(.*)$/);
  return html`<code title=${url}><span class="host">${host}</span><wbr />${rest}</code>`;
}

// A line may break after a dot or an underscore.
function Pattern({ text }) {
  return text.split(/(?<=[._])/).map((part) => html`${part}<wbr />`);
}

function compare(a, b) {
  if (typeof a === 'string') return a.localeCompare(b ?? '');
  return Number(a ?? 0) - Number(b ?? 0);
}
