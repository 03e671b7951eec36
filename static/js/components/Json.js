// Text to be read and copied: a payload as JSON, a secret, a line for the shell.
import { t } from '../i18n.js';
import { html, useState } from '../ui.js';

export function Copyable({ text, label }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  }
  return html`<div class="copyable">
    <pre tabindex="0" aria-label=${label}>${text}</pre>
    <button class="small" onClick=${copy}>${t(copied ? 'copied' : 'copy')}</button>
  </div>`;
}

export function Json({ value, label }) {
  return html`<${Copyable} text=${JSON.stringify(value, null, 2)} label=${label} />`;
}
