// #/sandbox : the receiver to play with.
import { sinkApi } from '../api.js';
import { Copyable } from '../components/Json.js';
import { Status } from '../components/Status.js';
import { Time } from '../components/Time.js';
import { t } from '../i18n.js';
import { html, useEffect, useState } from '../ui.js';

const MODES = ['ok', 'error', 'slow', 'hang'];
const LOOK_EVERY = 1_000; // ms

export function Sandbox() {
  const [sink, setSink] = useState(null);
  const [off, setOff] = useState(false);
  const load = () => sinkApi.get().then(setSink, (error) => setOff(error.status === 404));
  useEffect(() => {
    load();
    const timer = setInterval(load, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);

  if (off) return html`<section class="card"><p class="muted">${t('sinkOff')}</p></section>`;
  const url = new URL('sink/in', `${location.origin}${location.pathname}`).href;
  return html`<section class="card"><p>${t('sinkHint')}</p><${Copyable} text=${url} label="URL" />
    <div class="toolbar"><label>${t('answer')}<select value=${sink?.mode} onChange=${(event) => sinkApi.setMode(event.target.value).then(setSink)}>
      ${MODES.map((one) => html`<option value=${one}>${t(`mode.${one}`)}</option>`)}</select></label>
      <button onClick=${() => sinkApi.clear().then(load)}>${t('clear')}</button></div>
    ${sink?.items.length === 0 && html`<p class="muted">${t('noRequests')}</p>`}
    ${sink?.items.map((one) => html`<details class="attempt" key=${one.id}>
      <summary><strong>#${one.id}</strong> <${Time} at=${one.received_at} as="clock" />${' '}
        <code>${one.headers.find(([name]) => name === 'X-Webhook-Event')?.[1]}</code>${' '}
        <${Status} status=${one.signature} label=${t(`signature.${one.signature}`)} /></summary>
      <pre tabindex="0">${one.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre><pre tabindex="0">${one.body}</pre>
    </details>`)}
  </section>`;
}
