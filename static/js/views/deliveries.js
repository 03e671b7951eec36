// #/deliveries : of all webhooks or of one, live, by what became of them.
import { deliveriesApi, webhooksApi } from '../api.js';
import { DeliveryRow } from '../components/DeliveryRow.js';
import { Days } from '../components/EventRow.js';
import { More, pageOf, Search } from '../components/Search.js';
import { Resend } from '../components/Sending.js';
import { html, isAdmin, Loaded, number, query, t, Tabs, useEffect, useLoaded, useRef } from '../components/parts.js';
import { onDeliveries } from '../feed.js';
import { webhookStats } from '../known.js';
import { webhooks } from '../webhooks.js';

export const Deliveries = () =>
  html`<section class="card"><h2 class="unseen">${t('deliveries')}</h2><${WebhookDeliveries} /></section>`;

// The tabs, and how the statistics call what is under them; `all` asks for no status.
const TABS = {
  undelivered: 'undelivered',
  pending: 'pending',
  success: 'successful',
  skipped: 'skipped',
  all: 'total',
};
const RESENT = ['undelivered', 'skipped'];
const PAGE = 50;
const WHILE_TYPING = 250; // ms
const MOST = 200; // on the screen, unless somebody asked for more

const statusOf = (tab) => (tab === 'all' ? '' : tab);

export function WebhookDeliveries({ webhookId }) {
  const tab = TABS[query('status')] ? query('status') : webhookId ? 'all' : 'undelivered';
  const q = query('q');
  const webhook = webhooks.value?.get(webhookId);
  const counts = useCounts(webhookId);
  const loaded = useDeliveries(webhookId, tab, q);
  const shown = loaded.value?.items ?? [];
  const place = webhookId ? `#/webhooks/${webhookId}/deliveries` : '#/deliveries';
  const count = (one, at) =>
    html` <span class="count ${one === 'undelivered' && counts?.[at] ? 'bad' : ''}">
      ${counts && number(counts[at])}</span>`;
  const tabs = Object.keys(TABS).map((one, at) => [
    `tab.${one}`,
    `${place}?${new URLSearchParams({ status: one, ...(q && { q }) })}`,
    count(one, at),
  ]);
  return html`<div class="row"><${Tabs} kind="pills" label=${t('status')} options=${tabs} current="tab.${tab}" />
    <div class="toolbar"><${Search} />
      ${
        webhook &&
        isAdmin.value &&
        RESENT.includes(tab) &&
        html`<${Resend} key=${tab} webhook=${webhook} status=${tab}
        since=${webhook.created_at} />`
      }</div></div>
    <${Loaded} of=${loaded} />
    <${Days} of=${shown} at="created_at"
      row=${(one) => html`<${DeliveryRow} key=${one.id} delivery=${one}
      withWebhook=${!webhookId} />`} />
    <${More} of=${loaded} none=${!shown.length && (q ? 'nothingFound' : webhooks.value?.size ? `none.${tab}` : 'noWebhooks')} />`;
}

// A page of them; what moves meanwhile is put into it.
function useDeliveries(webhookId, tab, q) {
  const news = useRef([]); // since the list was asked for
  const list = (params) => (webhookId ? webhooksApi.getDeliveries(webhookId, params) : deliveriesApi.list(params));
  const merge = (page, one) => merged(page, one, !q && belongs(one, tab));
  const load = async (before) => {
    news.current = [];
    const page = await pageOf(list, { status: statusOf(tab), q, limit: PAGE, payload: false }, before);
    return news.current.reduce(merge, page);
  };
  const loaded = useLoaded(load, [webhookId, tab, q], q ? WHILE_TYPING : 0);
  const take = (moved) => {
    const mine = moved.filter((one) => !webhookId || one.webhook_id === webhookId);
    news.current = [...news.current, ...mine].slice(-MOST);
    loaded.setValue((page) => page && mine.reduce(merge, page));
  };
  useEffect(() => onDeliveries(take), [webhookId, tab, q]);
  return loaded;
}

// How many there are under each tab; counted again with what the live feed refreshes.
function useCounts(webhookId) {
  const stats = webhookStats.value;
  const count = async (tab) => {
    const page = await webhooksApi.getDeliveries(webhookId, { status: statusOf(tab), limit: 1, payload: false });
    return page.total;
  };
  const counted = useLoaded(async () => webhookId && Promise.all(Object.keys(TABS).map(count)), [webhookId, stats]);
  return webhookId ? counted.value : stats && Object.values(TABS).map((one) => stats[`${one}_deliveries`]);
}

// Whether a delivery that moved has its place under a tab.
function belongs(one, tab) {
  if (tab === 'all') return true;
  if (tab !== 'undelivered') return one.status === tab;
  if (one.is_test || one.delivered_at || one.error_code === 'cancelled') return false;
  return one.status === 'failed' || (one.status === 'pending' && one.attempt_number > 0);
}

// The page with what is new of a delivery; one that is not on it yet comes on top if it `isWanted`.
function merged(page, one, isWanted) {
  if (page.items.some(({ id }) => id === one.id)) {
    return { ...page, items: page.items.map((item) => (item.id === one.id ? { ...item, ...one } : item)) };
  }
  if (!isWanted) return page;
  const items = [one, ...page.items].slice(0, Math.max(MOST, page.items.length));
  return { ...page, items, next: items.length > page.items.length ? page.next : items.at(-1).id };
}
