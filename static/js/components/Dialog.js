// A modal <dialog>: the browser traps the focus, Esc closes.
import { html, useEffect, useRef } from '../ui.js';

export function Dialog({ title, onClose, children }) {
  const element = useRef(null);
  useEffect(() => element.current.showModal(), []);
  return html`<dialog ref=${element} onClose=${onClose} aria-label=${title}>
    <h2>${title}</h2>${children}
  </dialog>`;
}
