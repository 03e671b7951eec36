// A webhook from nothing to its first answer: the form, then secret, test and code in one step.
import { webhooksApi } from '../api.js';
import { codeFor, LANGUAGES } from '../verification.js';
import { Dialog } from './Dialog.js';
import { Once } from './Form.js';
import { Copyable, html, isAdmin, Loaded, Switch, t, useLoaded, useState } from './parts.js';
import { Sending } from './Sending.js';
import { WebhookForm } from './WebhookForm.js';

export function NewWebhook({ initial, onClose }) {
  const [made, setMade] = useState(null);
  const title = made ? t('isReady', { name: made.name }) : t('createWebhook');
  const form = () =>
    isAdmin.value
      ? html`<${WebhookForm} initial=${initial} onSaved=${setMade} onCancel=${onClose} />`
      : t('cannotCreate');
  return html`<${Dialog} title=${title} onClose=${onClose} light=${Boolean(made)}>${
    made ? html`<${Ready} webhook=${made} onDone=${onClose} />` : form()
  }<//>`;
}

function Ready({ webhook: { id, secret }, onDone }) {
  const test = html`<p><${Sending} label="test" kind=${secret ? '' : 'primary'}
    action=${() => webhooksApi.test(id)} /></p>`;
  if (!secret)
    return html`${test}<div class="buttons"><button class="primary" onClick=${onDone}>${t('done')}</button></div>`;
  return html`<${Once} text=${secret} label=${t('secret')} hint=${t('secretOnce')} onDone=${onDone}>
    ${test}<h3>${t('verify')}</h3><${Verify} /><//>`;
}

// Code that checks a signature, in the language that the receiver is written in.
export function Verify() {
  const [chosen, setChosen] = useState(LANGUAGES[0]);
  const loaded = useLoaded(() => codeFor(chosen), [chosen]);
  return html`<div class="toolbar"><${Switch} label=${t('verify')} options=${LANGUAGES}
    value=${chosen} onChange=${setChosen} /></div>
    <${Loaded} of=${loaded}>${(code) =>
      html`<div class="code"><${Copyable} text=${code} label=${chosen} /></div>`}<//>`;
}
