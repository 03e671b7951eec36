// A dot and a word: colour is never alone.
import { t } from '../i18n.js';
import { html } from '../ui.js';

export function Status({ status, title }) {
  return html`<span class="status ${status}" title=${title}>${t(status)}</span>`;
}
