// Events as they come, newest first; a click shows the payload.
import { eventsApi } from '../api.js';
import { language, t } from '../i18n.js';
import { clock } from '../lib/time.js';
import { eventTypes, stream } from '../state.js';
import { html } from '../ui.js';

export function EventStream() {
  return html`<section class="card">
    <h2>${t('stream')}</h2>
    ${stream.value.length ? html`<ul class="stream">${stream.value.map(row)}</ul>` : html`<${FirstEvent} />`}
  </section>`;
}

function row(event) {
  return html`<li key=${event.id}>
    <details>
      <summary>
        <time datetime=${event.timestamp}>${clock(event.timestamp, language.value)}</time>
        <code>${event.type}</code><span class="muted">#${event.id}</span>
      </summary>
      <pre>${JSON.stringify(event.payload, null, 2)}</pre>
    </details>
  </li>`;
}

function FirstEvent() {
  const [type] = eventTypes.value;
  if (!type) return null;
  const body = { type: type.value, payload: type.example };
  const curl = `curl -X POST ${location.origin}${location.pathname}events -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`;
  return html`<div class="empty">
    <p>${t('noEvents')}</p>
    <pre>${curl}</pre>
    <button class="primary" onClick=${() => eventsApi.create(body)}>${t('sendExample')}</button>
  </div>`;
}
