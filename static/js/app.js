// Start, show what the address says, mount.
import { ConnectionStatus } from './components/ConnectionStatus.js';
import { Keys } from './components/Keys.js';
import { lazy, loadRest } from './components/Lazy.js';
import { Help, Menu, MenuButton, Navigation } from './components/Navigation.js';
import { SignIn } from './components/SignIn.js';
import { Skeleton } from './components/Skeleton.js';
import { Toasts } from './components/Toasts.js';
import { lostAt } from './feed.js';
import { said, t } from './i18n.js';
import { ICONS } from './icons.js';
import { isLoaded, knownAt, now, trouble } from './known.js';
import { moment } from './lib/time.js';
import { unread } from './notifications.js';
import { arrive, leave, over, path } from './place.js';
import { signedIn, start, takeLink } from './session.js';
import { effect, html, render } from './ui.js';
import { Dashboard } from './views/dashboard.js';
import { isOld } from './version.js';
import { webhooks } from './webhooks.js';

const VIEWS = {
  dashboard: Dashboard,
  events: lazy(() => import('./views/events.js'), 'Events'),
  webhooks: lazy(() => import('./views/webhooks.js'), 'Webhooks'),
  deliveries: lazy(() => import('./views/deliveries.js'), 'Deliveries'),
  notifications: lazy(() => import('./views/notifications.js'), 'Notifications'),
  tokens: lazy(() => import('./views/tokens.js'), 'Tokens'),
  settings: lazy(() => import('./views/settings.js'), 'Settings'),
  sandbox: lazy(() => import('./views/sandbox.js'), 'Sandbox'),
  doctor: lazy(() => import('./views/doctor.js'), 'Doctor'),
};
const WebhookView = lazy(() => import('./views/webhook.js'), 'WebhookView');
const NewWebhook = lazy(() => import('./components/NewWebhook.js'), 'NewWebhook');
const EventDrawer = lazy(() => import('./components/EventDrawer.js'), 'EventDrawer');
const DeliveryDrawer = lazy(() => import('./components/DeliveryDrawer.js'), 'DeliveryDrawer');
const REST_AFTER = 5_000; // ms after the first data
const TABS = [undefined, 'deliveries', 'settings', 'verify'];
const OFFLINE_AFTER = 3_000; // ms

// The view that an address means; null where there is none.
function currentPage() {
  const [page, id, tab, ...rest] = path.value;
  if (page === 'webhooks' && id) return Number(id) && TABS.includes(tab) && !rest.length ? page : null;
  if (!page) return 'dashboard';
  return VIEWS[page] && !id ? page : null;
}

function View() {
  const page = currentPage();
  const [, id, tab] = path.value;
  if (!page) return html`<${Nowhere} />`;
  if (page === 'webhooks' && !webhooks.value) return html`<section class="card"><${Skeleton} rows=${8} /></section>`;
  if (id) return html`<${WebhookView} id=${Number(id)} tab=${tab ? `/${tab}` : ''} />`;
  return html`<${VIEWS[page]} />`;
}

// What lies over the view, with an address of its own.
function Over() {
  const [page, id, , delivery] = over.value ?? [];
  if (page === 'events') return html`<${EventDrawer} key=${id} id=${Number(id)} onClose=${leave} />`;
  if (id === 'new') return html`<${NewWebhook} onClose=${leave} />`;
  return (
    page && html`<${DeliveryDrawer} key=${delivery} webhookId=${Number(id)} id=${Number(delivery)} onClose=${leave} />`
  );
}

function Nowhere() {
  return html`<section class="card empty"><p>${t('nowhere')}</p><a class="button" href="#/">${t('dashboard')}</a></section>`;
}

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
  const reload = html`<button class="small" onClick=${() => location.reload()}>${t('reload')}</button>`;
  if (since === null || now.value - since < OFFLINE_AFTER) {
    return isOld.value && html`<p class="banner news" role="status">${t('newVersion')} ${reload}</p>`;
  }
  const offline = knownAt.value ? t('offlineSince', { time: moment(knownAt.value) }) : t('offline');
  return html`<p class="banner" role="status">${error?.status ? said(error.message) : offline}
    ${' '}<a href="#/doctor">${t('doctor')}</a>${error?.status > 0 && !error.isOurs && html` ${reload}`}</p>`;
}

// Not by the address: that one says which view it is.
function toContent(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

// The icon of the tab tells from afar: offline, something new, all is well.
effect(() => {
  const name = lostAt.value ? 'offline' : unread.value ? 'unread' : 'icon';
  document.querySelector('link[rel=icon]').setAttribute('href', ICONS[name]);
});

// How many are new, what is open, where.
effect(() => {
  const [page, id, , delivery] = over.value ?? [];
  const what = {
    events: `${t('event')} #${id}`,
    webhooks: delivery ? `${t('delivery')} #${delivery}` : t('createWebhook'),
  }[page];
  const view = t(signedIn.value ? (currentPage() ?? 'nowhereTitle') : 'signIn');
  document.title = `${unread.value ? `(${unread.value}) ` : ''}${what ?? view} · Bedolaga Events`;
});

effect(() => {
  if (isLoaded.value) setTimeout(loadRest, REST_AFTER);
});

addEventListener('hashchange', () => {
  takeLink(); // a sign-in link, opened where the page is open
  arrive();
});
arrive();
start();
const place = document.getElementById('app');
place.replaceChildren(); // the frame that stood there until now
render(html`<${Page} />`, place);
place.className = 'up';
