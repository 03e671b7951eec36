// The way to every view: a rail at the side, on a phone a bar below with the first of them; and the
// menu with the rest.
import { helpAt, language, setLanguage, t } from '../i18n.js';
import { reloadTypes } from '../known.js';
import { unread } from '../notifications.js';
import { signOut } from '../session.js';
import { theme, switchTheme } from '../theme.js';
import { attempt } from '../toasts.js';
import { html, useState } from '../ui.js';
import { Icon } from './Icon.js';
import { lazy } from './Lazy.js';

const PAGES = {
  dashboard: 'layout-dashboard',
  events: 'activity',
  webhooks: 'webhook',
  deliveries: 'send',
  notifications: 'bell',
  tokens: 'key-round',
  settings: 'settings',
  sandbox: 'flask-conical',
};
const PhoneSignIn = lazy(() => import('./PhoneSignIn.js'), 'PhoneSignIn');
const ON_PHONE = 4; // the rest is in the menu
const MENU = 'menu';

export const Brand = () =>
  html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><use href="icons/icon.svg#mark" /></svg>Bedolaga`;

export function Navigation({ current }) {
  const pages = Object.keys(PAGES);
  const isBehind = pages.indexOf(current) >= ON_PHONE;
  return html`<nav class="side" aria-label="Bedolaga">
    <a class="brand" href="#/"><${Brand} /></a>
    ${pages.map((page, index) => html`<${Way} page=${page} current=${current} kind=${index < ON_PHONE ? '' : 'rest'} />`)}
    <button class="more ${isBehind ? 'current' : ''}" popovertarget=${MENU}><${Icon} name="ellipsis" />${t('more')}
      ${unread.value > 0 && html`<span class="badge">${unread.value}</span>`}</button>
  </nav>`;
}

function Way({ page, current, kind }) {
  return html`<a class=${kind} href=${page === 'dashboard' ? '#/' : `#/${page}`} aria-current=${current === page ? 'page' : undefined}>
    <${Icon} name=${PAGES[page]} />${t(page)}${page === 'notifications' && unread.value > 0 && html`<span class="badge">${unread.value}</span>`}</a>`;
}

export function MenuButton() {
  return html`<button class="quiet square wide" popovertarget=${MENU} aria-label=${t('more')}><${Icon} name="ellipsis" /></button>`;
}

// Where the documents tell of what is shown.
export function Help({ about }) {
  return html`<a class="button quiet square" href=${helpAt('page', about)} target="_blank" aria-label=${t('help')} title=${t('help')}><${Icon} name="circle-help" /></a>`;
}

export function Menu({ current }) {
  const [isPhone, setPhone] = useState(false);
  const isDark = theme.value === 'dark';
  const close = (event) => event.currentTarget.hidePopover();
  return html`<div class="menu-sheet" id=${MENU} popover="auto" onClick=${close}>
    <nav class="rest" aria-label=${t('more')}>${Object.keys(PAGES)
      .slice(ON_PHONE)
      .map((page) => html`<${Way} page=${page} current=${current} />`)}</nav>
    <a href="#/doctor"><${Icon} name="stethoscope" />${t('doctor')}</a>
    <button onClick=${() => setPhone(true)}><${Icon} name="qr-code" />${t('phoneSignIn')}</button>
    <button lang=${other()} onClick=${switchLanguage}><${Icon} name="languages" />${other() === 'en' ? 'English' : 'Русский'}</button>
    <button onClick=${switchTheme}><${Icon} name=${isDark ? 'sun' : 'moon'} />${t(isDark ? 'lightTheme' : 'darkTheme')}</button>
    <button onClick=${() => signOut()}><${Icon} name="log-out" />${t('signOut')}</button>
  </div>${isPhone && html`<${PhoneSignIn} onClose=${() => setPhone(false)} />`}`;
}

const other = () => (language.value === 'ru' ? 'en' : 'ru');

async function switchLanguage() {
  await attempt(() => setLanguage(other()));
  await attempt(reloadTypes);
}
