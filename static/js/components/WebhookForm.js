// Create a webhook, or change it; the server's sentence stands under the field that it is about.
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { eventTypes } from '../known.js';
import { keepWebhook } from '../webhooks.js';
import { html, useState } from '../ui.js';
import { AcceptRedirects, FORMATS, FormatSelect, OptionFields, formatOf } from './FormatFields.js';
import { Copyable } from './Json.js';

const FIELDS = ['name', 'url', 'event_type', 'secret', 'description', 'headers', 'options'];

// `onDone` is called when it is saved, a new secret was read, or nothing is wanted.
export function WebhookForm({ webhook, initial = {}, onDone }) {
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState(null);
  const [secret, setSecret] = useState(null);
  const [format, setFormat] = useState(webhook?.format ?? initial.format ?? 'json');
  const [url, setUrl] = useState((webhook ?? initial).url ?? '');

  async function submit(event) {
    event.preventDefault();
    const body = bodyOf(new FormData(event.target), webhook);
    setSaving(true);
    setError(null);
    try {
      const saved = await (webhook ? webhooksApi.update(webhook.id, body) : webhooksApi.create(body));
      keepWebhook(saved);
      if (saved.secret) setSecret(saved.secret);
      else onDone();
    } catch (failure) {
      setError(failure);
    }
    setSaving(false);
  }

  const shown = webhook ?? initial;
  const field = (name) => error?.errors?.find((one) => one.loc?.[0] === name)?.msg;
  const hint = (name) => field(name) && html`<small class="problem" role="alert">${said(field(name))}</small>`;
  const optionHint = (name) => {
    const found = error?.errors?.find((one) => one.loc?.[0] === 'options' && one.loc[1] === name);
    return found && html`<small class="problem" role="alert">${said(found.msg)}</small>`;
  };
  const { secret: secretName, url: urlName, ownUrl } = FORMATS[format];
  const isSame = (webhook?.format ?? 'json') === format;
  const headers = Object.entries(shown.headers ?? {}).map(([name, value]) => `${name}: ${value}`).join('\n');
  if (secret) return html`<p>${t('secretOnce')}</p><${Copyable} text=${secret} label=${t('secret')} />`;
  return html`<form class="fields" onSubmit=${submit}>
      <label>${t('name')} *<input name="name" required maxlength="255" defaultValue=${shown.name ?? ''} />${hint('name')}</label>
      <${FormatSelect} format=${format} onChange=${setFormat} />
      <label>${t(urlName)}${!ownUrl && ' *'}<input name="url" type="url" key=${format} required=${!ownUrl} placeholder="https://example.com/webhook"
        defaultValue=${isSame ? shown.url ?? '' : ''} onInput=${(event) => setUrl(event.target.value)} />${hint('url')}</label>
      <${AcceptRedirects} key=${url.includes('script.google.com')} url=${url} isOn=${webhook?.accept_redirects ?? false} />
      <${OptionFields} key=${format} format=${format} options=${isSame ? shown.options ?? {} : {}} hint=${optionHint} />
      <label>${t('eventType')} *<${TypeSelect} webhook=${webhook} chosen=${initial.event_type} />${hint('event_type')}</label>
      ${secretName && html`<label>${t(secretName)}<input name="secret" type="password" autocomplete="new-password" placeholder=${format === 'json' ? t('secretPlaceholder') : ''} />
        <small class="muted">${webhook?.has_secret && isSame ? t('secretKept') : format === 'json' && t('secretHint')}</small>${hint('secret')}</label>`}
      ${webhook?.has_secret && isSame && !ownUrl && html`<label class="check"><input name="remove_secret" type="checkbox" /> ${t('removeSecret')}</label>`}
      ${!webhook && format === 'json' && html`<label class="check"><input name="generate_secret" type="checkbox" defaultChecked=${initial.generate_secret} /> ${t('generate')}</label>`}
      <label>${t('description')}<textarea name="description" rows="2" defaultValue=${shown.description ?? ''}></textarea>${hint('description')}</label>
      <details><summary>${t('headers')}</summary>
        <label><small class="muted">${t('headersHint')}</small><textarea name="headers" rows="3" spellcheck="false" defaultValue=${headers}></textarea>${hint('headers')}</label></details>
      ${error && !FIELDS.some(field) && html`<p class="problem" role="alert">${said(error.message)}</p>`}
      <div class="buttons">
        ${!webhook && html`<button type="button" onClick=${onDone} disabled=${saving}>${t('cancel')}</button>`}
        <button class="primary" disabled=${saving}>${t(saving ? 'saving' : webhook ? 'save' : 'create')}</button>
      </div>
    </form>`;
}

// The type of an existing webhook cannot be changed.
function TypeSelect({ webhook, chosen = '' }) {
  if (webhook) return html`<input value=${webhook.event_type} disabled />`;
  const families = [...new Set(eventTypes.value.map((one) => `${one.value.split('.')[0]}.*`))];
  return html`<select name="event_type" required value=${chosen}>
    <option value="">${t('chooseType')}</option>
    <option value="*">${t('allTypes')}</option>
    ${families.map((one) => html`<option value=${one}>${one}</option>`)}
    ${eventTypes.value.map((one) => html`<option value=${one.value}>${one.label} (${one.value})</option>`)}
  </select>`;
}

function bodyOf(form, webhook) {
  const lines = form.get('headers').split('\n').filter((line) => line.trim());
  const headers = Object.fromEntries(lines.map((line) => {
    const [name, ...value] = line.split(':');
    return [name.trim(), value.join(':').trim()];
  }));
  return {
    name: form.get('name'),
    url: form.get('url'),
    secret: form.has('remove_secret') ? null : form.get('secret') ?? '',
    ...formatOf(form, webhook),
    description: form.get('description') || null,
    headers,
    ...(!webhook && { event_type: form.get('event_type'), generate_secret: form.has('generate_secret') && !form.get('secret') }),
  };
}
