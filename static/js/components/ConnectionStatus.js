// Is the live feed there?
import { t } from '../i18n.js';
import { clock } from '../lib/time.js';
import { connection, lostAt } from '../feed.js';
import { html } from '../ui.js';

export function ConnectionStatus() {
  const status = connection.value;
  return html`<span class="connection ${status}" role="status">
    <span class="dot" aria-hidden="true"></span><span class="word">${t(status)}</span>
    ${status !== 'connected' && lostAt.value && html`<span class="muted">${t('since', { time: clock(lostAt.value) })}</span>`}
  </span>`;
}
