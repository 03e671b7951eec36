// Is the live feed there?
import { t } from '../i18n.js';
import { connection } from '../state.js';
import { html } from '../ui.js';

export function ConnectionStatus() {
  const status = connection.value;
  return html`<span class="connection ${status}" role="status">
    <span class="dot" aria-hidden="true"></span>${t(status)}
  </span>`;
}
