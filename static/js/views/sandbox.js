// #/sandbox : the receiver to play with.
import { sinkApi } from '../api.js';
import { Select } from '../components/Form.js';
import { NewWebhook } from '../components/NewWebhook.js';
import {
  attempt,
  clock,
  Copyable,
  html,
  isAdmin,
  legible,
  Status,
  t,
  Time,
  useEffect,
  useEvery,
  useState,
} from '../components/parts.js';
import { webhooks } from '../webhooks.js';
import { labelOf } from '../words.js';

const MODES = ['ok', 'error', 'slow', 'hang'];
const LOOK_EVERY = 1_000; // ms

const sinkUrl = () => new URL('sink/in', location.href).href;
export const sinkWebhook = () => ({ name: t('sinkWebhook'), url: sinkUrl(), event_types: ['*'] });

export function Sandbox() {
  const [sink, setSink] = useState(null); // false where there is none
  const load = () => sinkApi.get().then(setSink, (error) => error.isOurs && error.status === 404 && setSink(false));
  useEffect(() => void load(), [useEvery(LOOK_EVERY)]);
  if (sink === false) return html`<section class="card empty"><p>${t('sinkOff')}</p></section>`;
  return html`<section class="card"><p>${t('sinkHint')}</p><${Copyable} text=${sinkUrl()} label="URL" />
    ${
      isAdmin.value &&
      html`<${Actions} sink=${sink}
      onChange=${setSink} onClear=${() => attempt(sinkApi.clear).then(load)} />`
    }
    ${sink?.items.length === 0 && html`<p class="muted">${t('noRequests')}</p>`}
    <div>${sink?.items.map((one) => html`<${Request} key=${one.id} request=${one} />`)}</div></section>`;
}

function Actions({ sink, onChange, onClear }) {
  const [initial, setInitial] = useState(null);
  const isUsed = [...(webhooks.value?.values() ?? [])].some((one) => one.url === sinkUrl());
  return html`<div class="toolbar">
      ${
        !isUsed &&
        html`<button class="primary"
        onClick=${() => setInitial(sinkWebhook())}>${t('noWebhooksSink')}</button>`
      }
      <${Select} label="answer" value=${sink?.mode} options=${MODES.map((one) => [one, `mode.${one}`])}
        onChange=${(mode) => attempt(async () => onChange(await sinkApi.setMode(mode)))} />
      <button onClick=${onClear} disabled=${!sink?.items.length}>${t('clear')}</button></div>
    ${initial && html`<${NewWebhook} initial=${initial} onClose=${() => setInitial(null)} />`}`;
}

function Request({ request: { id, received_at: at, headers, body, signature } }) {
  const type = headers.find(([name]) => name === 'X-Webhook-Event')?.[1] ?? '';
  return html`<details class="attempt">
    <summary><span class="muted">${id}</span>
      <${Time} at=${at} format=${clock} /> ${labelOf(type)} <code class="muted">${type}</code>
      <${Status} status=${signature === 'none' ? 'skipped' : signature}
        label=${t(`signature.${signature}`)} /></summary>
    <pre tabindex="0">${headers.map((pair) => pair.join(': ')).join('\n')}</pre>
      <pre tabindex="0">${legible(body)}</pre></details>`;
}
