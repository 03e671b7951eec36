// Start, route by hash, mount.
import { ConnectionStatus } from './components/ConnectionStatus.js';
import { DashboardStats } from './components/DashboardStats.js';
import { EventStream } from './components/EventStream.js';
import { SignIn } from './components/SignIn.js';
import { WebhookDeliveries } from './components/WebhookDeliveries.js';
import { WebhooksList } from './components/WebhooksList.js';
import { language, setLanguage, t } from './i18n.js';
import { signedIn, signOut, start } from './state.js';
import { html, render, signal } from './ui.js';

const route = signal(location.hash);
addEventListener('hashchange', () => { route.value = location.hash; });

function View() {
  const history = route.value.match(/^#\/webhooks\/(\d+)$/);
  if (history) return html`<${WebhookDeliveries} webhookId=${Number(history[1])} />`;
  if (route.value === '#/webhooks') return html`<${WebhooksList} />`;
  return html`<${DashboardStats} /><${EventStream} />`;
}

function Page() {
  if (!signedIn.value) return html`<${SignIn} />`;
  const here = (path) => (route.value.startsWith(path) ? 'page' : undefined);
  return html`<header class="top">
      <strong>Bedolaga</strong>
      <nav>
        <a href="#/" aria-current=${here('#/webhooks') ? undefined : 'page'}>${t('dashboard')}</a>
        <a href="#/webhooks" aria-current=${here('#/webhooks')}>${t('webhooks')}</a>
      </nav>
      <${ConnectionStatus} />
      <button onClick=${() => setLanguage(language.value === 'ru' ? 'en' : 'ru')}>${language.value === 'ru' ? 'EN' : 'RU'}</button>
      <button onClick=${() => signOut()}>${t('signOut')}</button>
    </header>
    <main><${View} /></main>`;
}

start().finally(() => render(html`<${Page} />`, document.getElementById('app')));
