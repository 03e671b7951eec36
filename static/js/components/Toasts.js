// Short messages, lower right: three at most, errors until they are closed.
import { t } from '../i18n.js';
import { dismiss, toasts } from '../toasts.js';
import { html } from '../ui.js';

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((one) => html`<div class="toast ${one.isError ? 'bad' : ''}" key=${one.key}>
      ${one.href ? html`<a href=${one.href} onClick=${() => dismiss(one.key)}>${one.text}</a>` : html`<span>${one.text}</span>`}
      ${one.button && html`<button class="small" onClick=${() => { dismiss(one.key); one.button.press(); }}>${one.button.label}</button>`}
      <button class="small" aria-label=${t('close')} onClick=${() => dismiss(one.key)}>✕</button>
    </div>`)}
  </div>`;
}
