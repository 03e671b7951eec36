// Modal <dialog>s: the browser traps the focus, Esc closes. One in which something was typed, or which
// shows what is shown once, asks before it closes.
import { dismiss, html, Icon, layers, said, t, toasts, useEffect, useRef, useState } from './parts.js';

// `kind`: a window, or a drawer from the side; `light`: what is typed here is no loss.
export function Dialog({ title, onClose, children, kind = 'window', light = false }) {
  const element = useRef(null);
  const isTyped = useRef(false);
  const [asking, setAsking] = useState(null); // what would be lost, as a sentence
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => open(element.current, () => latest.current()), []);
  useEffect(() => {
    addEventListener('leaving', keep);
    return () => removeEventListener('leaving', keep);
  });

  // Of one that is gone nothing: a key's or the address's event may come late.
  const loss = () => {
    if (element.current?.querySelector('[data-once]')) return 'loseSecret';
    return element.current && isTyped.current && !light && 'loseTyped';
  };
  function keep(event) {
    if (loss()) event.preventDefault();
    setAsking(loss());
  }
  function leave(event) {
    event?.preventDefault();
    event?.stopPropagation(); // it may stand in another one
    setAsking(loss());
    if (element.current && !loss()) onClose();
  }
  const onKeyDown = (event) => event.key === 'Escape' && leave(event);
  const onInput = ({ target }) => {
    isTyped.current ||= Boolean(target.form) && target.type !== 'search';
  };
  return html`<dialog ref=${element} class=${kind} aria-label=${title} closedby="any" onCancel=${leave}
      onKeyDown=${onKeyDown} onInput=${onInput}>
    <header class="bar"><h2>${title}</h2>
      <button class="quiet square" onClick=${() => leave()} aria-label=${t('close')}>
        <${Icon} name="x" /></button></header>
    <div class="inside">${children}</div>
    ${
      asking &&
      html`<footer class="asking" role="alert"><p>${t(asking)}</p>
      <button ref=${(one) => one?.focus()} onClick=${() => setAsking(null)}>${t('stay')}</button>
      <button class="danger" onClick=${onClose}>${t('closeAnyway')}</button></footer>`
    }
    <${Toasts} layer=${element} />
  </dialog>`;
}

// Toasts come to the one that lies on top; closing it gives the focus back to where it was. A browser
// may close it by itself (a second "back" on Android), and tells `onClosed`.
function open(dialog, onClosed) {
  const before = pressed;
  dialog.showModal();
  dialog.querySelector('.inside :is(input, textarea)')?.focus(); // not what closes it
  layers.value = [...layers.value, dialog];
  dialog.addEventListener('close', onClosed);
  return () => {
    dialog.removeEventListener('close', onClosed);
    layers.value = layers.value.filter((one) => one !== dialog);
    dialog.close();
    if (document.activeElement === document.body) before?.focus();
  };
}

let pressed = null; // it loses the focus as the address changes, before the dialog is there
const keep = ({ target }) => {
  pressed = target.closest?.('a, button');
};
addEventListener('click', keep);

// `layer` is a reference to the dialog that they would stand in; none is the page.
export function Toasts({ layer }) {
  return (
    layers.value.at(-1) === layer?.current &&
    html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((one) => html`<${Toast} key=${one.key} ...${one} id=${one.key} />`)}</div>`
  );
}

function Toast({ id, text, button, isError, href }) {
  const close = () => dismiss(id);
  const press = () => {
    close();
    button.press();
  };
  return html`<div class="toast ${isError ? 'bad' : ''}" role=${isError ? 'alert' : undefined}>
    ${isError && html`<${Icon} name="circle-x" />`}
    ${
      href
        ? html`<a class="text" href=${href} onClick=${close}>${said(text)}</a>`
        : html`<span class="text" tabindex=${isError ? 0 : undefined}>${said(text)}</span>`
    }
    ${button && html`<button class="small" onClick=${press}>${button.label}</button>`}
    <button class="small quiet square" aria-label=${t('close')} onClick=${close}><${Icon} name="x" /></button></div>`;
}
