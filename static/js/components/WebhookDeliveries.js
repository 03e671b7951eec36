// A list of deliveries, of one webhook or of all, live, by what became of them.
import { deliveriesApi, webhooksApi } from '../api.js';
import { onDeliveries } from '../feed.js';
import { t } from '../i18n.js';
import { now, webhookStats } from '../known.js';
import { number } from '../lib/text.js';
import { dateOf } from '../lib/time.js';
import { query, setQuery } from '../place.js';
import { isAdmin } from '../rights.js';
import { attempt } from '../toasts.js';
import { html, useEffect, useRef } from '../ui.js';
import { webhooks } from '../webhooks.js';
import { DeliveryRow } from './DeliveryRow.js';
import { Days } from './EventRow.js';
import { Missing, useLoaded } from './Loaded.js';
import { Resend } from './Sending.js';

const TABS = ['undelivered', 'pending', 'success', 'skipped', 'all']; // `all` asks for no status
const RESENT = ['undelivered', 'skipped'];
const PAGE = 50;
const WHILE_TYPING = 250; // ms
const MOST = 200; // on the screen, unless somebody asked for more

export function WebhookDeliveries({ webhookId }) {
  const tab = TABS.includes(query('status')) ? query('status') : webhookId ? 'all' : 'undelivered';
  const status = tab === 'all' ? '' : tab;
  const words = query('q') ?? '';
  const webhook = webhooks.value?.get(webhookId);
  const list = (params) => (webhookId ? webhooksApi.getDeliveries(webhookId, params) : deliveriesApi.list(params));
  const merge = (shown, one) => merged(shown, one, !words && belongs(one, tab));
  const news = useRef([]); // what moved since the list was asked for
  const counts = useCounts(webhookId);
  // A page, and to when a search has looked.
  const search = async (more) => {
    const found = await list({ status, q: words, limit: PAGE, payload: false, ...more });
    if (!found.searched_to) return found;
    const {
      items: [next],
    } = await list({ before_id: found.searched_to + 1, limit: 1, payload: false });
    return { ...found, until: next?.created_at };
  };
  const loaded = useLoaded(
    async (more = {}) => {
      news.current = [];
      const found = await search(more);
      return news.current.reduce(merge, found);
    },
    [webhookId, tab, words],
    words ? WHILE_TYPING : 0,
  );
  const { value: page, setValue: setPage } = loaded;
  useEffect(
    () =>
      onDeliveries((moved) => {
        const mine = moved.filter((one) => !webhookId || one.webhook_id === webhookId);
        news.current = [...news.current, ...mine].slice(-MOST);
        setPage((before) => before && mine.reduce(merge, before));
      }),
    [webhookId, tab, words],
  );
  const more = () =>
    attempt(async () => {
      const next = await search({ before_id: page.searched_to ?? page.items.at(-1).id });
      setPage((before) => ({ ...next, items: [...before.items, ...next.items] }));
    });

  const place = webhookId ? `#/webhooks/${webhookId}/deliveries` : '#/deliveries';
  return html`<nav class="pills" aria-label=${t('status')}>${TABS.map(
    (one) => html`
      <a key=${one} href="${place}?status=${one}${words && `&q=${encodeURIComponent(words)}`}" aria-current=${one === tab ? 'page' : undefined}>${t(`tab.${one}`)}
        <${Count} value=${counts?.[one]} isBad=${one === 'undelivered'} /></a>`,
  )}</nav>
    <div class="toolbar">
      <input type="search" data-search placeholder=${t('search')} aria-label=${t('search')} value=${words}
        onInput=${(event) => setQuery({ q: event.target.value })} />
      ${webhook && isAdmin.value && RESENT.includes(tab) && html`<${Resend} key=${tab} webhook=${webhook} status=${tab} since=${webhook.created_at} />`}
    </div>
    <${Missing} of=${loaded} />
    ${page?.items.length === 0 && html`<p class="empty muted">${t(words ? 'nothingFound' : `none.${tab}`)}</p>`}
    ${
      page &&
      html`<${Days} of=${page.items} at="created_at" row=${(one) => html`
      <${DeliveryRow} key=${one.id} delivery=${one} withWebhook=${!webhookId} />`} />`
    }
    ${
      hasMore(page) &&
      html`<p class="row end" role="status"><span class="muted">${page.until && t('searchedTo', { day: dateOf(page.until, now.value) })}</span>
      <button onClick=${more}>${t(page.until ? 'searchOn' : 'showMore')}</button></p>`
    }`;
}

function Count({ value, isBad }) {
  return html` <span class="count ${isBad && value ? 'bad' : ''}">${value === undefined ? '' : number(value)}</span>`;
}

const hasMore = (page) => page && (page.searched_to ?? (page.total > page.items.length ? 1 : null)) !== null;

// How many there are of each kind, by tab; counted again with what the live feed refreshes.
function useCounts(webhookId) {
  const stats = webhookStats.value;
  const count = async (tab) => {
    const params = { status: tab === 'all' ? '' : tab, limit: 1, payload: false };
    return [tab, (await webhooksApi.getDeliveries(webhookId, params)).total];
  };
  const loaded = useLoaded(
    async () => webhookId && Object.fromEntries(await Promise.all(TABS.map(count))),
    [webhookId, stats],
  );
  if (webhookId || !stats) return loaded.value;
  const [undelivered, pending, success, skipped, all] = [
    'undelivered',
    'pending',
    'successful',
    'skipped',
    'total',
  ].map((one) => stats[`${one}_deliveries`]);
  return { undelivered, pending, success, skipped, all };
}

// Whether a delivery that moved has its place under a tab.
function belongs(one, tab) {
  if (tab === 'all') return true;
  if (tab !== 'undelivered') return one.status === tab;
  if (one.is_test || one.delivered_at || one.error_code === 'cancelled') return false;
  return one.status === 'failed' || (one.status === 'pending' && one.attempt_number > 0);
}

// The page with what is new of a delivery; one that is not on it yet comes on top if it `belongs`.
function merged(page, one, isWanted) {
  const known = page.items.findIndex((item) => item.id === one.id);
  const items = [...page.items];
  if (known >= 0) items[known] = { ...items[known], ...one };
  else if (isWanted) items.unshift(one);
  return { ...page, items: items.slice(0, Math.max(MOST, page.items.length)) };
}
