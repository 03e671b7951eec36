// Short messages below: three at most, errors until they are closed. A dialog lets nothing outside of it
// be reached, so they stand in the one that lies on top.
import { t } from '../i18n.js';
import { dismiss, layers, toasts } from '../toasts.js';
import { html } from '../ui.js';
import { Icon } from './Icon.js';

// `layer` is a reference to the dialog that they would stand in; none is the page.
export function Toasts({ layer }) {
  if (layers.value.at(-1) !== layer?.current) return null;
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((one) => html`<${Toast} key=${one.key} ...${one} id=${one.key} />`)}
  </div>`;
}

function Toast({ id, text, button, isError, href }) {
  const close = () => dismiss(id);
  return html`<div class="toast ${isError ? 'bad' : ''}" role=${isError ? 'alert' : undefined}>
    ${isError && html`<${Icon} name="circle-x" />`}
    ${href ? html`<a class="text" href=${href} onClick=${close}>${text}</a>` : html`<span class="text" tabindex=${isError ? 0 : undefined}>${text}</span>`}
    ${
      button &&
      html`<button class="small" onClick=${() => {
        close();
        button.press();
      }}>${button.label}</button>`
    }
    <button class="small quiet square" aria-label=${t('close')} onClick=${close}><${Icon} name="x" /></button>
  </div>`;
}
