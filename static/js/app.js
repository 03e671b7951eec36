// Start, route by hash, mount.
import { ConnectionStatus } from './components/ConnectionStatus.js';
import { Dialog } from './components/Dialog.js';
import { EventDrawer } from './components/EventRow.js';
import { SignIn } from './components/SignIn.js';
import { Toasts } from './components/Toasts.js';
import { DeliveryDrawer } from './components/WebhookDeliveries.js';
import { language, setLanguage, t } from './i18n.js';
import { unread } from './notifications.js';
import { lostAt, now, reloadTypes, signedIn, signOut, start } from './state.js';
import { effect, html, render, signal, useEffect, useState } from './ui.js';
import { Dashboard } from './views/dashboard.js';
import { Doctor } from './views/doctor.js';
import { Events } from './views/events.js';
import { Deliveries, Notifications, Settings, Tokens } from './views/others.js';
import { Sandbox } from './views/sandbox.js';
import { WebhookView } from './views/webhook.js';
import { Webhooks } from './views/webhooks.js';

const PAGES = ['dashboard', 'events', 'webhooks', 'deliveries', 'notifications', 'tokens', 'settings', 'sandbox'];
const OFFLINE_AFTER = 3_000; // ms
const ON_PHONE = 4; // the rest is behind "more"
const GO = { d: 'dashboard', e: 'events', w: 'webhooks', t: 'tokens' };
const route = signal(location.hash);
addEventListener('hashchange', () => {
  if (/^#(token|login)=/.test(location.hash)) start(); // a sign-in link, opened where the page is open
  route.value = location.hash;
});

const hrefOf = (page) => (page === 'dashboard' ? '#/' : `#/${page}`);
const go = (hash) => { location.hash = hash; };

// Which page an address shows, and what lies over it.
function View() {
  const [, page = '', id, tab, detail] = route.value.split('/');
  if (page === 'events') {
    return html`<${Events} />${id && html`<${EventDrawer} key=${id} id=${Number(id)} onClose=${() => go('#/events')} />`}`;
  }
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
      ${isLost() && html`<p class="banner" role="status">${t('offline')} <a href="#/doctor">${t('doctor')}</a></p>`}
      <main id="main"><${View} /></main>
    </div></div><${Toasts} /><${Keys} />`;
}

// Said only when it lasts: a restart of the server is over in a second.
function isLost() {
  return lostAt.value !== null && now.value - lostAt.value > OFFLINE_AFTER;
}

// The icon of the tab tells from afar: offline, something new, all is well.
effect(() => {
  const name = lostAt.value ? 'offline' : unread.value ? 'unread' : 'icon';
  document.querySelector('link[rel=icon]').setAttribute('href', `icons/${name}.svg`);
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

// The keyboard: / searches, g then a letter goes, n creates a webhook, ? shows the keys.
function Keys() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    let going = false;
    const press = (event) => {
      if (event.target.closest?.('input, textarea, select, dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
      if (going && GO[event.key]) go(hrefOf(GO[event.key]));
      else if (event.key === '/') document.querySelector('[data-search]')?.focus();
      else if (event.key === 'n') go('#/webhooks/new');
      else if (event.key === '?') setShown(true);
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else if (event.key !== 'g') return;
      going = event.key === 'g';
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return shown && html`<${Dialog} title=${t('keys')} onClose=${() => setShown(false)}><p>${t('keysText')}</p><//>`;
}

function step(by) {
  const links = [...document.querySelectorAll('.stream a, tbody td a:first-child')];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
}

async function switchLanguage() {
  await setLanguage(language.value === 'ru' ? 'en' : 'ru');
  await reloadTypes();
}

function switchTheme() {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
    || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('bedolaga.theme', document.documentElement.dataset.theme);
}

const theme = localStorage.getItem('bedolaga.theme');
if (theme) document.documentElement.dataset.theme = theme;
start().finally(() => render(html`<${Page} />`, document.getElementById('app')));
