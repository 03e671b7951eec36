// Start, show what the address says, mount.
import { Toasts } from './components/Dialog.js';
import { Keys } from './components/Keys.js';
import { lazy, loadRest, waiting } from './components/Lazy.js';
import { ConnectionStatus, Help, Menu, MenuButton, Navigation } from './components/Navigation.js';
import { SignIn } from './components/SignIn.js';
import { lostAt } from './feed.js';
import { learn, said, t } from './i18n.js';
import { isLoaded, knownAt, now, trouble } from './known.js';
import { number } from './lib/text.js';
import { moment } from './lib/time.js';
import './lib/validity.js';
import { unread } from './notifications.js';
import { arrive, leave, over, path } from './place.js';
import { tokens } from './rights.js';
import { signedIn, start, takeLink } from './session.js';
import { effect, html, render } from './ui.js';
import { Dashboard } from './views/dashboard.js';
import { isOld } from './version.js';
import { webhooks } from './webhooks.js';

const lazily = (file, name) => lazy(() => import(file), name);
const VIEWS = {
  dashboard: Dashboard,
  events: lazily('./views/events.js', 'Events'),
  webhooks: lazily('./views/webhooks.js', 'Webhooks'),
  deliveries: lazily('./views/deliveries.js', 'Deliveries'),
  notifications: lazily('./views/notifications.js', 'Notifications'),
  tokens: lazily('./views/tokens.js', 'Tokens'),
  settings: lazily('./views/settings.js', 'Settings'),
  sandbox: lazily('./views/sandbox.js', 'Sandbox'),
  doctor: lazily('./views/doctor.js', 'Doctor'),
};
const WebhookView = lazily('./views/webhook.js', 'WebhookView');
const NewWebhook = lazily('./components/NewWebhook.js', 'NewWebhook');
const EventDrawer = lazily('./components/Drawers.js', 'EventDrawer');
const DeliveryDrawer = lazily('./components/Drawers.js', 'DeliveryDrawer');
const REST_AFTER = 5_000; // ms after the first data
const TABS = [undefined, 'deliveries', 'settings', 'verify'];
const OFFLINE_AFTER = 3_000; // ms

// The view that an address means; null where there is none.
function currentPage() {
  const [page = 'dashboard', id, tab, ...rest] = path.value.filter(Boolean);
  if (!Object.hasOwn(VIEWS, page)) return null;
  const isThere = page === 'webhooks' && Number(id) && TABS.includes(tab) && !rest.length;
  return !id || isThere ? page : null;
}

function View() {
  const page = currentPage();
  const [, id, tab] = path.value;
  if (!page) return html`<${Nowhere} />`;
  if (page === 'webhooks' && !webhooks.value) return waiting();
  return id ? html`<${WebhookView} id=${Number(id)} tab=${tab ? `/${tab}` : ''} />` : html`<${VIEWS[page]} />`;
}

// What lies over the view, with an address of its own.
function Over() {
  const [page, id, , delivery] = over.value ?? [];
  if (!page) return null;
  if (page === 'events') return html`<${EventDrawer} key=${id} id=${Number(id)} onClose=${leave} />`;
  if (id === 'new') return tokens.value !== undefined && html`<${NewWebhook} onClose=${leave} />`;
  return html`<${DeliveryDrawer} key=${delivery} webhookId=${Number(id)} id=${Number(delivery)} onClose=${leave} />`;
}

const Nowhere = () =>
  html`<section class="card empty"><p>${t('nowhere')}</p><a class="button" href="#/">${t('dashboard')}</a></section>`;

function Page() {
  if (!signedIn.value) return html`<${SignIn} /><${Toasts} />`;
  const current = currentPage();
  return html`<a class="skip" href="#main" onClick=${toContent}>${t('toContent')}</a>
    <div class="layout">
      <${Navigation} current=${current} />
      <div class="content">
        <header class="top"><h1>${t(current ?? 'nowhereTitle')}</h1><${ConnectionStatus} /><${Help} about=${current ?? 'dashboard'} /><${MenuButton} /></header>
        <${Banner} />
        <main id="main" tabindex="-1"><${View} /></main>
      </div>
    </div>
    <${Menu} current=${current} /><${Over} /><${Toasts} /><${Keys} />`;
}

// Why what is shown may be old; said only when it lasts: a restart of the server is over in a second.
function Banner() {
  const { error = null, since = lostAt.value } = trouble.value ?? {};
  const reload = html` <button class="small" onClick=${() => location.reload()}>${t('reload')}</button>`;
  if (since === null || now.value - since < OFFLINE_AFTER) {
    return isOld.value && html`<p class="banner news" role="status">${t('newVersion')}${reload}</p>`;
  }
  const offline = knownAt.value ? t('offlineSince', { time: moment(knownAt.value) }) : t('offline');
  return html`<p class="banner" role="status">${error?.status ? said(error.message) : offline}
    ${' '}<a href="#/doctor">${t('doctor')}</a>${error?.status > 0 && !error.isOurs && reload}</p>`;
}

// Not by the address: that one says which view it is.
function toContent(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

// The tab's icon tells from afar. As data: one is for when the server cannot be reached.
const DOT = '<circle cx="16" cy="16" r="6" fill="#fff"/>';
const MARKS = {
  well: DOT,
  unread: `${DOT}<circle cx="25" cy="7" r="7" fill="#e8590c"/>`,
  offline: '<path d="M10 10l12 12M22 10L10 22" stroke="#fff" stroke-width="4"/>',
};
effect(() => {
  const state = lostAt.value ? 'offline' : unread.value ? 'unread' : 'well';
  const square = `<rect width="32" height="32" rx="8" fill="${lostAt.value ? '#868e96' : '#3b5bdb'}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${square}${MARKS[state]}</svg>`;
  document.querySelector('link[rel=icon]').setAttribute('href', `data:image/svg+xml,${encodeURIComponent(svg)}`);
});

// How many are new, what is open, where.
effect(() => {
  const [page, id, , delivery] = over.value ?? [];
  const open =
    page === 'events' ? `${t('event')} #${id}` : delivery ? `${t('delivery')} #${delivery}` : t('createWebhook');
  const view = t(signedIn.value ? (currentPage() ?? 'nowhereTitle') : 'signIn');
  document.title = `${unread.value ? `(${unread.value}) ` : ''}${page ? open : view} · Bedolaga Events`;
});

addEventListener('hashchange', () => {
  takeLink(); // a sign-in link, opened where the page is open
  arrive();
});
arrive();
start();
const task = () => new Promise((done) => setTimeout(done)); // a touch is heard in between
await task();
const place = document.getElementById('app');
place.replaceChildren(); // the frame until now
render(html`<${Page} />`, place);
place.className = 'up';
task().then(() => number(0)); // the first takes 30 ms: while nothing is here yet
effect(() => {
  if (!signedIn.value) learn();
  if (isLoaded.value) setTimeout(() => Promise.all([learn(), loadRest()]), REST_AFTER);
});
