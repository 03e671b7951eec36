// Text to be read and copied: a payload as JSON, a secret, a line for the shell.
import { t } from '../i18n.js';
import { copy } from '../lib/clipboard.js';
import { legible } from '../lib/text.js';
import { html, useRef, useState } from '../ui.js';

export function Copyable({ text, label }) {
  const [answer, setAnswer] = useState(null);
  const place = useRef(null);
  async function press() {
    const isCopied = await copy(text, place.current);
    setAnswer(isCopied ? 'copied' : 'selectedToCopy');
    setTimeout(() => setAnswer(null), isCopied ? 1_500 : 10_000);
  }
  return html`<div class="copyable">
    <pre tabindex="0" aria-label=${label} ref=${place}>${text}</pre>
    <button class="small" onClick=${press}>${t(answer ?? 'copy')}</button>
  </div>`;
}

export function Json({ value, label }) {
  return html`<${Copyable} text=${legible(JSON.stringify(value, null, 2))} label=${label} />`;
}

// What is shown once: a dialog asks before it closes over it.
export function Once({ text, label, hint, onDone }) {
  return html`<p>${hint}</p><div data-once><${Copyable} text=${text} label=${label} /></div>
    <div class="buttons"><button class="primary" onClick=${onDone}>${t('done')}</button></div>`;
}
