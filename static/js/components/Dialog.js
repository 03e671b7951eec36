// Modal <dialog>s: the browser traps the focus, Esc closes. One in which something was typed, or which
// shows what is shown once, asks before it closes.
import { t } from '../i18n.js';
import { layers } from '../toasts.js';
import { html, useEffect, useRef, useState } from '../ui.js';
import { Icon } from './Icon.js';
import { Toasts } from './Toasts.js';

// `light`: what is typed here is no loss.
export function Dialog({ title, onClose, children, kind = 'window', light = false }) {
  const element = useRef(null);
  const isTyped = useRef(false);
  const [asking, setAsking] = useState(null); // what would be lost, as a sentence
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => open(element.current, () => latest.current()), []);

  function leave(event) {
    event?.preventDefault();
    event?.stopPropagation(); // it may stand in another one
    const isOnce = element.current.querySelector('[data-once]');
    if (isOnce) setAsking('loseSecret');
    else if (isTyped.current && !light) setAsking('loseTyped');
    else onClose();
  }
  const onKeyDown = (event) => event.key === 'Escape' && leave(event);
  const onMouseDown = (event) => isBeside(element.current, event) && leave();
  const onInput = ({ target }) => {
    isTyped.current ||= Boolean(target.form) && target.type !== 'search';
  };
  return html`<dialog ref=${element} class=${kind} aria-label=${title} onCancel=${leave} onKeyDown=${onKeyDown}
      onInput=${onInput} onMouseDown=${onMouseDown}>
    <header class="bar"><h2>${title}</h2>
      <button class="quiet square" onClick=${() => leave()} aria-label=${t('close')}><${Icon} name="x" /></button></header>
    <div class="inside">${children}</div>
    ${
      asking &&
      html`<footer class="asking" role="alert"><p>${t(asking)}</p>
      <button ref=${focus} onClick=${() => setAsking(null)}>${t('stay')}</button>
      <button class="danger" onClick=${onClose}>${t('closeAnyway')}</button></footer>`
    }
    <${Toasts} layer=${element} />
  </dialog>`;
}

// From the side on a wide screen, a whole sheet on a phone.
export function Drawer(props) {
  return html`<${Dialog} ...${props} kind="drawer" />`;
}

// A press on the backdrop comes as one on the dialog itself; so does one on an empty place in it.
function isBeside(dialog, { target, clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}

const focus = (element) => element?.focus();

// Toasts come to the one that lies on top; closing it gives the focus back to where it was. A browser
// may close it by itself (a second "back" on Android), and tells `onClosed`.
function open(dialog, onClosed) {
  dialog.showModal();
  dialog.querySelector('.inside :is(input, textarea)')?.focus(); // not what closes it
  layers.value = [...layers.value, dialog];
  dialog.addEventListener('close', onClosed);
  return () => {
    dialog.removeEventListener('close', onClosed);
    layers.value = layers.value.filter((one) => one !== dialog);
    dialog.close();
  };
}
