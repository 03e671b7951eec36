// Start, route by hash, mount.
import { ConnectionStatus } from './components/ConnectionStatus.js';
import { EventDrawer } from './components/EventRow.js';
import { Keys } from './components/Keys.js';
import { SignIn } from './components/SignIn.js';
import { Skeleton } from './components/Skeleton.js';
import { Toasts } from './components/Toasts.js';
import { DeliveryDrawer } from './components/WebhookDeliveries.js';
import { lostAt } from './feed.js';
import { language, said, setLanguage, t } from './i18n.js';
import { ICONS } from './icons.js';
import { now, reloadTypes, trouble } from './known.js';
import { device } from './lib/storage.js';
import { unread } from './notifications.js';
import { arrive, go, route } from './place.js';
import { signedIn, signOut, start, takeLink } from './session.js';
import { attempt } from './toasts.js';
import { effect, html, render, useState } from './ui.js';
import { Dashboard } from './views/dashboard.js';
import { Deliveries } from './views/deliveries.js';
import { Doctor } from './views/doctor.js';
import { Events } from './views/events.js';
import { Notifications } from './views/notifications.js';
import { Sandbox } from './views/sandbox.js';
import { Settings } from './views/settings.js';
import { Tokens } from './views/tokens.js';
import { WebhookView } from './views/webhook.js';
import { Webhooks } from './views/webhooks.js';
import { webhooks } from './webhooks.js';

const PAGES = ['dashboard', 'events', 'webhooks', 'deliveries', 'notifications', 'tokens', 'settings', 'sandbox'];
const OFFLINE_AFTER = 3_000; // ms
const ON_PHONE = 4; // the rest is behind "more"
const THEMES = ['light', 'dark'];

const hrefOf = (page) => (page === 'dashboard' ? '#/' : `#/${page}`);

// Which page an address shows, and what lies over it.
function View() {
  const [, page = '', id, tab, detail] = route.value.split('/');
  if (page === 'events') {
    return html`<${Events} />${id && html`<${EventDrawer} key=${id} id=${Number(id)} onClose=${() => go('#/events')} />`}`;
  }
  if (page === 'webhooks' && !webhooks.value) return html`<section class="card"><${Skeleton} rows=${8} /></section>`;
  if (page === 'webhooks' && Number(id)) {
    const shown = tab ? `/${tab}` : '';
    return html`<${WebhookView} id=${Number(id)} tab=${shown} />
      ${detail && html`<${DeliveryDrawer} key=${detail} webhookId=${Number(id)} id=${Number(detail)} onClose=${() => go(`#/webhooks/${id}/deliveries`)} />`}`;
  }
  if (page === 'webhooks') return html`<${Webhooks} key=${id} creating=${id === 'new'} />`;
  const views = { deliveries: Deliveries, notifications: Notifications, tokens: Tokens, settings: Settings, sandbox: Sandbox, doctor: Doctor };
  return html`<${views[page] ?? Dashboard} />`;
}

function Page() {
  if (!signedIn.value) return html`<${SignIn} /><${Toasts} />`;
  return html`<div class="layout">
    <${Navigation} />
    <div class="content">
      <header class="top"><h1>${t(currentPage())}</h1><${ConnectionStatus} />
        <button class="small" onClick=${switchLanguage}>${language.value === 'ru' ? 'EN' : 'RU'}</button>
        <button class="small" onClick=${switchTheme} aria-label=${t('theme')}>◐</button>
        <button class="small" onClick=${() => signOut()}>${t('signOut')}</button></header>
      <${Banner} />
      <main id="main"><${View} /></main>
    </div></div><${Toasts} /><${Keys} />`;
}

// Why what is shown may be old; said only when it lasts: a restart of the server is over in a second.
function Banner() {
  const { error = null, since = lostAt.value } = trouble.value ?? {};
  if (since === null || now.value - since < OFFLINE_AFTER) return null;
  const reload = html`<button class="small" onClick=${() => location.reload()}>${t('reload')}</button>`;
  return html`<p class="banner" role="status">${error?.status ? said(error.message) : t('offline')}
    ${' '}<a href="#/doctor">${t('doctor')}</a>${error?.status > 0 && !error.isOurs && html` ${reload}`}</p>`;
}

// The icon of the tab tells from afar: offline, something new, all is well.
effect(() => {
  const name = lostAt.value ? 'offline' : unread.value ? 'unread' : 'icon';
  document.querySelector('link[rel=icon]').setAttribute('href', ICONS[name]);
});

function currentPage() {
  const page = route.value.split('/')[1];
  return page === 'doctor' || PAGES.includes(page) ? page : 'dashboard';
}

function Navigation() {
  const [open, setOpen] = useState(false);
  const current = currentPage();
  return html`<nav class="side ${open ? 'open' : ''}" aria-label="Bedolaga">
    <strong class="brand">Bedolaga</strong>
    ${PAGES.map((page, index) => html`<a href=${hrefOf(page)} class=${index >= ON_PHONE ? 'rest' : ''} aria-current=${current === page ? 'page' : undefined} onClick=${() => setOpen(false)}>
      ${t(page)}${page === 'notifications' && unread.value > 0 && html` <span class="badge">${unread.value}</span>`}</a>`)}
    <button class="more" aria-expanded=${open} onClick=${() => setOpen(!open)}>${t('more')}</button>
  </nav>`;
}

async function switchLanguage() {
  await attempt(() => setLanguage(language.value === 'ru' ? 'en' : 'ru'));
  await attempt(reloadTypes);
}

function switchTheme() {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
    || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
  device.set('bedolaga.theme', document.documentElement.dataset.theme);
}

const theme = device.get('bedolaga.theme');
if (THEMES.includes(theme)) document.documentElement.dataset.theme = theme;
addEventListener('hashchange', () => {
  takeLink(); // a sign-in link, opened where the page is open
  arrive();
});
arrive();
start();
render(html`<${Page} />`, document.getElementById('app'));
