// Create a webhook, or change it.
import { webhooksApi } from '../api.js';
import { conditionsOf } from '../lib/conditions.js';
import { keepWebhook } from '../webhooks.js';
import { EventTypes, fieldsOf } from './EventTypes.js';
import { FilterRows, Matching } from './Filter.js';
import { Field, Finding, Form } from './Form.js';
import { FormatFields, formatOf } from './FormatFields.js';
import { html, t, useRef, useState } from './parts.js';

// `onSaved` gets the webhook, with its secret if one was made; `onCancel` stands beside, if given.
export function WebhookForm({ webhook, initial = {}, onSaved, onCancel }) {
  const form = useRef(null);
  const [changes, setChanges] = useState(0); // what was typed, counted
  const shown = webhook ?? initial;
  const count = () => setChanges((before) => before + 1);
  const typed = () => new FormData(form.current);
  async function save(given) {
    const body = bodyOf(given);
    const saved = await (webhook ? webhooksApi.update(webhook.id, body) : webhooksApi.create(body));
    keepWebhook(saved);
    onSaved?.(saved);
  }
  const fields = fieldsOf(form.current ? typed().getAll('event_types') : (shown.event_types ?? []));
  return html`<${Form} element=${form} action=${save} label=${webhook ? 'save' : 'create'} done="saved"
    onCancel=${onCancel} onInput=${count}>
    <${Field} label="name" name="name" required maxlength="255" autofocus=${!webhook} defaultValue=${shown.name} />
    <${FormatFields} shown=${shown} isNew=${!webhook} />
    <fieldset><legend>${t('eventTypes')} *</legend>
      <${EventTypes} chosen=${shown.event_types} /><${Finding} of="event_types" /></fieldset>
    <${FilterRows} conditions=${shown.filter} fields=${fields} onRows=${count} />
    <${Matching} asked=${() => triedOf(typed())} changes=${changes} />
    <${More} shown=${shown} />
  <//>`;
}

// What few webhooks need.
function More({ shown: { description, headers = {}, max_per_minute: pace } }) {
  const lines = Object.entries(headers ?? {}).map((pair) => pair.join(': '));
  return html`<details open=${Boolean(description || lines.length || pace)}><summary>${t('moreFields')}</summary>
    <div class="fields">
      <${Field} label="description" name="description" as="textarea" rows="2" defaultValue=${description} />
      <${Field} label="headers" name="headers" as="textarea" rows="3" spellcheck=${false} hint="headersHint"
        defaultValue=${lines.join('\n')} />
      <${Field} label="maxPerMinute" name="max_per_minute" type="number" min="0" hint="maxPerMinuteHint"
        defaultValue=${pace} /></div></details>`;
}

function bodyOf(form) {
  const pace = form.get('max_per_minute');
  return {
    name: form.get('name'),
    url: form.get('url'),
    secret: form.has('remove_secret') ? null : (form.get('secret') ?? ''),
    generate_secret: form.has('generate_secret') || undefined,
    accept_redirects: form.has('accept_redirects'),
    description: form.get('description') || null,
    headers: headersOf(form.get('headers')),
    max_per_minute: pace === '' ? null : Number(pace),
    ...wantedOf(form),
  };
}

function headersOf(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  const pairs = lines.map((line) => line.split(/:(.*)/s).map((one) => one.trim()));
  return Object.fromEntries(pairs.map(([name, value = '']) => [name, value]));
}

// Format, types and filter, as saving and trying take them.
function wantedOf(form) {
  const event_types = form.getAll('event_types');
  const fields = fieldsOf(event_types);
  return { ...formatOf(form), event_types, filter: conditionsOf(form, (name) => fields[name]) };
}

function triedOf(form) {
  const { options, ...wanted } = wantedOf(form);
  const somewhere = 'chat_id' in options && { chat_id: options.chat_id || '1' };
  return wanted.event_types.length ? { ...wanted, options: { ...options, ...somewhere } } : null;
}
