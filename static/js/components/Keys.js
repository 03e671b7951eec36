// The keyboard: / searches, g then a letter goes, n creates a webhook, ? shows the keys.
import { t } from '../i18n.js';
import { go } from '../place.js';
import { html, useEffect, useState } from '../ui.js';
import { Dialog } from './Dialog.js';

const GO = { d: '#/', e: '#/events', w: '#/webhooks', t: '#/tokens' };

export function Keys() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    let going = false;
    const press = (event) => {
      if (event.target.closest?.('input, textarea, select, dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
      if (going && GO[event.key]) go(GO[event.key]);
      else if (event.key === '/') document.querySelector('[data-search]')?.focus();
      else if (event.key === 'n') go('#/webhooks/new');
      else if (event.key === '?') setShown(true);
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else if (event.key !== 'g') return;
      going = event.key === 'g';
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return shown && html`<${Dialog} title=${t('keys')} onClose=${() => setShown(false)}><p>${t('keysText')}</p><//>`;
}

function step(by) {
  const links = [...document.querySelectorAll('.stream a, tbody td a:first-child')];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
}
