// A webhook from nothing to its first answer: the form, then secret, test and code in one step.
import { webhooksApi } from '../api.js';
import { t } from '../i18n.js';
import { html, useState } from '../ui.js';
import { codeFor, LANGUAGES } from '../verification.js';
import { Dialog } from './Dialog.js';
import { Copyable } from './Json.js';
import { Missing, useLoaded } from './Loaded.js';
import { Sending } from './Sending.js';
import { WebhookForm } from './WebhookForm.js';

export function NewWebhook({ initial, onClose }) {
  const [made, setMade] = useState(null);
  return html`<${Dialog} title=${made ? t('isReady', { name: made.name }) : t('createWebhook')} onClose=${onClose} light=${Boolean(made)}>
    ${made ? html`<${Ready} webhook=${made} onDone=${onClose} />` : html`<${WebhookForm} initial=${initial} onSaved=${setMade} onCancel=${onClose} />`}<//>`;
}

function Ready({ webhook, onDone }) {
  return html`${webhook.secret && html`<p>${t('secretOnce')}</p><div data-once><${Copyable} text=${webhook.secret} label=${t('secret')} /></div>`}
    <p><${Sending} label="test" kind=${webhook.secret ? '' : 'primary'} action=${() => webhooksApi.test(webhook.id)} /></p>
    ${webhook.secret && html`<h3>${t('verify')}</h3><${Verify} />`}
    <div class="buttons"><button class="primary" onClick=${onDone}>${t('done')}</button></div>`;
}

// Code that checks a signature, in the language that the receiver is written in.
export function Verify() {
  const [chosen, setChosen] = useState(LANGUAGES[0]);
  const loaded = useLoaded(() => codeFor(chosen), [chosen]);
  return html`<div class="toolbar"><span class="switch" role="group" aria-label=${t('verify')}>${LANGUAGES.map(
    (one) => html`
      <button key=${one} aria-pressed=${chosen === one} onClick=${() => setChosen(one)}>${one}</button>`,
  )}</span></div>
    <${Missing} of=${loaded} />${loaded.value && html`<div class="code"><${Copyable} text=${loaded.value} label=${chosen} /></div>`}`;
}
