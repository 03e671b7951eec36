// #/sandbox : the receiver to play with.
import { sinkApi } from '../api.js';
import { Copyable } from '../components/Json.js';
import { NewWebhook } from '../components/NewWebhook.js';
import { Status } from '../components/Status.js';
import { Time } from '../components/Time.js';
import { t } from '../i18n.js';
import { isAdmin } from '../rights.js';
import { html, useEffect, useState } from '../ui.js';
import { webhooks } from '../webhooks.js';
import { labelOf } from '../words.js';

const MODES = ['ok', 'error', 'slow', 'hang'];
const LOOK_EVERY = 1_000; // ms

export const sinkUrl = () => new URL('sink/in', `${location.origin}${location.pathname}`).href;
export const sinkWebhook = () => ({ name: t('sinkWebhook'), url: sinkUrl(), event_types: ['*'] });

export function Sandbox() {
  const [sink, setSink] = useState(null);
  const [isOff, setOff] = useState(false);
  const [initial, setInitial] = useState(null);
  const load = () => sinkApi.get().then(setSink, (error) => setOff(error.status === 404));
  useEffect(() => {
    load();
    const timer = setInterval(load, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);

  if (isOff) return html`<section class="card empty"><p>${t('sinkOff')}</p></section>`;
  const isUsed = [...(webhooks.value?.values() ?? [])].some((one) => one.url === sinkUrl());
  return html`<section class="card"><p>${t('sinkHint')}</p><${Copyable} text=${sinkUrl()} label="URL" />
    ${
      isAdmin.value &&
      html`<div class="toolbar">
      ${!isUsed && html`<button class="primary" onClick=${() => setInitial(sinkWebhook())}>${t('noWebhooksSink')}</button>`}
      <label>${t('answer')}<select value=${sink?.mode} onChange=${(event) => sinkApi.setMode(event.target.value).then(setSink)}>
        ${MODES.map((one) => html`<option value=${one}>${t(`mode.${one}`)}</option>`)}</select></label>
      <button onClick=${() => sinkApi.clear().then(load)} disabled=${!sink?.items.length}>${t('clear')}</button></div>`
    }
    ${sink?.items.length === 0 && html`<p class="muted">${t('noRequests')}</p>`}
    ${sink?.items.map((one) => html`<${Request} key=${one.id} request=${one} />`)}
    ${initial && html`<${NewWebhook} initial=${initial} onClose=${() => setInitial(null)} />`}
  </section>`;
}

function Request({ request: { id, received_at: at, headers, body, signature } }) {
  const type = headers.find(([name]) => name === 'X-Webhook-Event')?.[1] ?? '';
  return html`<details class="attempt">
    <summary><span class="muted">${id}</span> <${Time} at=${at} as="clock" /> ${labelOf(type)} <code class="muted">${type}</code>
      <${Status} status=${{ none: 'skipped' }[signature] ?? signature} label=${t(`signature.${signature}`)} /></summary>
    <pre tabindex="0">${headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre><pre tabindex="0">${body}</pre>
  </details>`;
}
