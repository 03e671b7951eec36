// The keyboard: / searches, g then a letter goes, n creates a webhook, j and k step, ? shows the keys.
import { t } from '../i18n.js';
import { go } from '../place.js';
import { html, useEffect, useState } from '../ui.js';
import { Dialog } from './Dialog.js';

const GO = { d: '#/', e: '#/events', w: '#/webhooks', t: '#/tokens' };
const STEPS = '.stream a, tbody td a:first-child, [data-step], .hook .name';
const SHOWN = { search: '/', go: 'g d e w t', create: 'n', step: 'j k', open: 'Enter', close: 'Esc', help: '?' };

export function Keys() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    let going = false;
    const press = (event) => {
      if (isElsewhere(event)) return;
      const key = keyOf(event);
      if (going && GO[key]) go(GO[key]);
      else if (key === '/') document.querySelector('main [data-search]')?.focus();
      else if (key === 'n') go('#/webhooks/new');
      else if (key === '?') setShown(true);
      else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
      else if (key !== 'g') return;
      going = key === 'g';
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return (
    shown &&
    html`<${Dialog} title=${t('keys')} onClose=${() => setShown(false)}>
    <dl class="keys">${Object.entries(SHOWN).map(
      ([what, keys]) => html`
      <dt>${keys.split(' ').map((one) => html`<kbd>${one}</kbd>`)}</dt><dd>${t(`keys.${what}`)}</dd>`,
    )}</dl><//>`
  );
}

// Who types, or is in a dialog, means no shortcut.
function isElsewhere({ target, ctrlKey, metaKey, altKey }) {
  return (
    ctrlKey ||
    metaKey ||
    altKey ||
    target.closest?.('input, textarea, select') ||
    document.querySelector('dialog[open]')
  );
}

// The letter, or on a layout without Latin ones (Russian) what the key says on a keyboard that has them.
function keyOf({ key, code, shiftKey }) {
  if (/^[a-z/?]$/i.test(key)) return key.toLowerCase();
  if (code === 'Slash') return shiftKey ? '?' : '/';
  return code.startsWith('Key') ? code.slice(3).toLowerCase() : key;
}

function step(by) {
  const rows = [...document.querySelectorAll(STEPS)];
  const at = rows.indexOf(document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus();
}
