// Create a webhook, or change it; the server's sentence stands under the field that it is about.
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { conditionsOf } from '../lib/conditions.js';
import { html, useEffect, useRef, useState } from '../ui.js';
import { keepWebhook } from '../webhooks.js';
import { EventTypes, fieldsOf, typesOf } from './EventTypes.js';
import { FilterRows, Matching } from './Filter.js';
import {
  AcceptRedirects,
  AddressField,
  FORMATS,
  FormatSelect,
  OptionFields,
  SecretField,
  formatOf,
} from './FormatFields.js';

const FIELDS = [
  'name',
  'url',
  'event_type',
  'event_types',
  'filter',
  'secret',
  'description',
  'headers',
  'options',
  'max_per_minute',
];

// `onSaved` gets the webhook, with its secret if one was made; `onCancel` stands beside, if given.
export function WebhookForm({ webhook, initial = {}, onSaved, onCancel }) {
  const form = useRef(null);
  const [state, setState] = useState({}); // {saving}, {saved} or {error}
  const [changes, setChanges] = useState(0); // what was typed, counted
  const shown = webhook ?? initial;
  const [format, setFormat] = useState(shown.format ?? 'json');
  const [url, setUrl] = useState(shown.url ?? '');
  const { error } = state;
  useEffect(() => form.current.querySelector('[role=alert]')?.scrollIntoView({ block: 'center' }), [error]);

  async function submit(event) {
    event.preventDefault();
    setState({ saving: true });
    try {
      const body = bodyOf(new FormData(form.current), webhook);
      const saved = await (webhook ? webhooksApi.update(webhook.id, body) : webhooksApi.create(body));
      keepWebhook(saved);
      setState({ saved: true });
      onSaved(saved);
    } catch (failure) {
      setState({ error: failure });
    }
  }

  const found = (...path) => error?.errors?.find((one) => path.every((name, at) => one.loc?.[at] === name))?.msg;
  const hint = (...path) => found(...path) && html`<small class="problem" role="alert">${said(found(...path))}</small>`;
  const count = () => setChanges((before) => before + 1);
  const typed = () => {
    if (state.saved) setState({});
    count();
  };
  const { url: urlName, ownUrl } = FORMATS[format];
  const isSame = (webhook?.format ?? 'json') === format;
  const types = form.current ? typesOf(new FormData(form.current)) : (shown.event_types ?? []);
  const fields = fieldsOf(types);
  const button = state.saving ? 'saving' : webhook ? 'save' : 'create';
  return html`<form class="fields" ref=${form} onSubmit=${submit} onInput=${typed}>
      <label>${t('name')} *<input name="name" required maxlength="255" autofocus=${!webhook} defaultValue=${shown.name ?? ''} />${hint('name')}</label>
      <${FormatSelect} format=${format} onChange=${setFormat} />
      <${AddressField} key=${format} label=${t(urlName)} isRequired=${!ownUrl} value=${isSame ? (shown.url ?? '') : ''} onUrl=${setUrl} problem=${hint('url')} />
      <${AcceptRedirects} key=${url.includes('script.google.com')} url=${url} isOn=${webhook?.accept_redirects ?? false} />
      <${SecretField} key=${format} name=${FORMATS[format].secret} webhook=${isSame ? webhook : null} isNew=${!webhook} format=${format} problem=${hint('secret')} />
      <${OptionFields} key=${format} format=${format} options=${isSame ? (shown.options ?? {}) : {}} hint=${hint} />
      <fieldset><legend>${t('eventTypes')} *</legend><${EventTypes} chosen=${shown.event_types} />${hint('event_types')}${hint('event_type')}</fieldset>
      <${FilterRows} conditions=${shown.filter} fields=${Object.keys(fields)} isText=${(name) => fields[name]} onRows=${count}
        problems=${Array.from({ length: 20 }, (_, at) => found('filter', at))} />
      <${Matching} asked=${() => triedOf(new FormData(form.current))} changes=${changes} format=${format} />
      <${More} shown=${shown} hint=${hint} isOpen=${['description', 'headers', 'max_per_minute'].some((name) => found(name))} />
      ${error && !FIELDS.some((name) => found(name)) && html`<p class="problem" role="alert">${said(error.message)}</p>`}
      <div class="buttons">
        ${state.saved && webhook && html`<span class="muted" role="status">${t('saved')}</span>`}
        ${onCancel && html`<button type="button" onClick=${onCancel} disabled=${state.saving}>${t('cancel')}</button>`}
        <button class="primary" disabled=${state.saving}>${t(button)}</button>
      </div>
    </form>`;
}

// What few webhooks need.
function More({ shown, hint, isOpen }) {
  const headers = Object.entries(shown.headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const isUsed = Boolean(shown.description || headers || shown.max_per_minute);
  return html`<details open=${isUsed || isOpen}><summary>${t('moreFields')}</summary><div class="fields">
    <label>${t('description')}<textarea name="description" rows="2" defaultValue=${shown.description ?? ''}></textarea>${hint('description')}</label>
    <label>${t('headers')}<textarea name="headers" rows="3" spellcheck="false" defaultValue=${headers}></textarea>
      <small class="muted">${t('headersHint')}</small>${hint('headers')}</label>
    <label>${t('maxPerMinute')}<input name="max_per_minute" type="number" min="0" defaultValue=${shown.max_per_minute ?? ''} />
      <small class="muted">${t('maxPerMinuteHint')}</small>${hint('max_per_minute')}</label></div></details>`;
}

function bodyOf(form, webhook) {
  const lines = form
    .get('headers')
    .split('\n')
    .filter((line) => line.trim());
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name, ...value] = line.split(':');
      return [name.trim(), value.join(':').trim()];
    }),
  );
  const pace = form.get('max_per_minute');
  return {
    name: form.get('name'),
    url: form.get('url'),
    secret: form.has('remove_secret') ? null : (form.get('secret') ?? ''),
    ...formatOf(form),
    accept_redirects: form.has('accept_redirects'),
    description: form.get('description') || null,
    headers,
    max_per_minute: pace === '' ? null : Number(pace),
    ...wantedOf(form, webhook?.event_types),
    ...(form.has('generate_secret') && { generate_secret: true }),
  };
}

// The types and the filter, as saving and trying take them.
function wantedOf(form, before) {
  const event_types = typesOf(form, before);
  const fields = fieldsOf(event_types);
  return { event_types, filter: conditionsOf(form, (name) => fields[name]) };
}

function triedOf(form) {
  const { format, options } = formatOf(form);
  const wanted = wantedOf(form);
  if (!wanted.event_types.length) return null;
  return {
    ...wanted,
    format,
    options: 'chat_id' in options ? { ...options, chat_id: options.chat_id || '1' } : options,
  };
}
