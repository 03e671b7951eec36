// Modal <dialog>s: the browser traps the focus and gives it back, Esc closes.
import { t } from '../i18n.js';
import { html, useEffect, useRef } from '../ui.js';

export function Dialog({ title, onClose, children, kind = 'window' }) {
  const element = useRef(null);
  useEffect(() => { element.current.showModal(); }, []);
  const onBackdrop = (event) => event.target === element.current && element.current.close();
  return html`<dialog ref=${element} class=${kind} onClose=${onClose} onClick=${onBackdrop} aria-label=${title}>
    <div class="inside">
      <header class="row"><h2>${title}</h2><button class="small" onClick=${() => element.current.close()} aria-label=${t('close')}>✕</button></header>
      ${children}
    </div>
  </dialog>`;
}

// From the side on a wide screen, a whole sheet on a phone.
export function Drawer(props) {
  return html`<${Dialog} ...${props} kind="drawer" />`;
}
