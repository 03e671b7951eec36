// The way to every view: a rail at the side, on a phone a bar below with the first of them; and the
// menu with the rest.
import { connection, lostAt } from '../feed.js';
import { helpAt, language, setLanguage } from '../i18n.js';
import { reloadTypes } from '../known.js';
import { unread } from '../notifications.js';
import { signOut } from '../session.js';
import { switchTheme, theme } from '../theme.js';
import { lazy } from './Lazy.js';
import { attempt, clock, html, Icon, t, useState } from './parts.js';

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
export const LANGUAGES = { ru: 'Русский', en: 'English' };

export async function speak(chosen) {
  await attempt(() => setLanguage(chosen));
  await attempt(reloadTypes);
}

export const Brand = () =>
  html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><use href="icons/icon.svg#mark" /></svg>Bedolaga`;

const Unread = () => unread.value > 0 && html`<span class="badge">${unread.value}</span>`;

const Way = ({ page, current, kind }) => html`<a class=${kind} href="#/${page === 'dashboard' ? '' : page}"
    aria-current=${current === page ? 'page' : undefined}><${Icon} name=${PAGES[page]} />${t(page)}
  ${page === 'notifications' && html`<${Unread} />`}</a>`;

export function Navigation({ current }) {
  const pages = Object.keys(PAGES);
  const isBehind = !pages.slice(0, ON_PHONE).includes(current);
  const way = (page, at) => html`<${Way} page=${page} current=${current} kind=${at < ON_PHONE ? '' : 'rest'} />`;
  return html`<nav class="side" aria-label="Bedolaga"><a class="brand" href="#/"><${Brand} /></a>${pages.map(way)}
    <button class="more ${isBehind ? 'current' : ''}" popovertarget=${MENU}>
      <${Icon} name="ellipsis" />${t('more')} <${Unread} /></button></nav>`;
}

export const MenuButton = () =>
  html`<button class="quiet square wide" popovertarget=${MENU}
    aria-label=${t('more')}><${Icon} name="ellipsis" /></button>`;

// Where the documents tell of what is shown.
export const Help = ({ about }) => html`<a class="button quiet square" href=${helpAt('page', about)} target="_blank"
  aria-label=${t('help')} title=${t('help')}><${Icon} name="circle-help" /></a>`;

export function Menu({ current }) {
  const [isPhone, setPhone] = useState(false);
  const isDark = theme.value === 'dark';
  const other = language.value === 'ru' ? 'en' : 'ru';
  const button = (icon, text, onClick, more) =>
    html`<button onClick=${onClick} ...${more}><${Icon} name=${icon} />${text}</button>`;
  const rest = Object.keys(PAGES).slice(ON_PHONE);
  return html`<div class="menu-sheet" id=${MENU} popover="auto" onClick=${(event) => event.currentTarget.hidePopover()}>
    <nav class="rest" aria-label=${t('more')}>
      ${rest.map((page) => html`<${Way} page=${page} current=${current} />`)}</nav>
    <a href="#/doctor"><${Icon} name="stethoscope" />${t('doctor')}</a>
    ${button('qr-code', t('phoneSignIn'), () => setPhone(true))}
    ${button('languages', LANGUAGES[other], () => speak(other), { lang: other })}
    ${button(isDark ? 'sun' : 'moon', t(isDark ? 'lightTheme' : 'darkTheme'), switchTheme)}
    ${button('log-out', t('signOut'), () => signOut())}
  </div>${isPhone && html`<${PhoneSignIn} onClose=${() => setPhone(false)} />`}`;
}

export function ConnectionStatus() {
  const status = connection.value;
  const since =
    status !== 'connected' &&
    lostAt.value &&
    html`<span class="muted">${t('since', { time: clock(lostAt.value) })}</span>`;
  return html`<span class="connection ${status}" role="status"><span class="dot" aria-hidden="true"></span>
    <span class="word">${t(status)}</span> ${since}</span>`;
}
