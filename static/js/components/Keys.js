// The keyboard; ? shows what there is.
import { Dialog } from './Dialog.js';
import { go, html, t, useEffect, useState } from './parts.js';

const GO = { d: '#/', e: '#/events', w: '#/webhooks', t: '#/tokens' };
const STEPS = '.stream a, tbody td a:first-child, .hook .name';
const SHOWN = { search: '/', go: 'g d e w t', create: 'n', step: 'j k', open: 'Enter', close: 'Esc', help: '?' };

export function Keys() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const act = {
      '/': () => document.querySelector('main [data-search]')?.focus(),
      '?': () => setShown(true),
      n: () => go('#/webhooks/new'),
      j: () => step(1),
      k: () => step(-1),
      g: () => {},
    };
    let going = false;
    const press = (event) => {
      if (isElsewhere(event)) return;
      const key = keyOf(event);
      const wanted = going && GO[key] ? () => go(GO[key]) : act[key];
      if (!wanted) return;
      wanted();
      going = key === 'g';
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  const row = ([what, keys]) =>
    html`<dt>${keys.split(' ').map((one) => html`<kbd>${one}</kbd>`)}</dt><dd>${t(`keys.${what}`)}</dd>`;
  return (
    shown &&
    html`<${Dialog} title=${t('keys')} onClose=${() => setShown(false)}>
    <dl class="keys">${Object.entries(SHOWN).map(row)}</dl><//>`
  );
}

// Who types, or is in a dialog, means no shortcut.
const isElsewhere = ({ target, ctrlKey, metaKey, altKey }) =>
  ctrlKey || metaKey || altKey || target.closest?.('input, textarea, select') || document.querySelector('dialog[open]');

// The letter, or on a layout without Latin ones (Russian) what the key says on a keyboard that has them.
function keyOf({ key, code, shiftKey }) {
  if (/^[a-z/?]$/i.test(key)) return key.toLowerCase();
  if (code === 'Slash') return shiftKey ? '?' : '/';
  return code.startsWith('Key') ? code.slice(3).toLowerCase() : key;
}

function step(by) {
  const rows = [...document.querySelectorAll(STEPS)];
  const at = rows.indexOf(document.activeElement) + by;
  rows[Math.max(0, Math.min(rows.length - 1, at))]?.focus();
}
