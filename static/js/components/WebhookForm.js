// Create a webhook, or change it; the server's sentence stands under the field that it is about.
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { conditionsOf, textOf } from '../lib/conditions.js';
import { attempt } from '../toasts.js';
import { keepWebhook } from '../webhooks.js';
import { html, useState } from '../ui.js';
import { EventTypes, typesOf } from './EventTypes.js';
import { AcceptRedirects, FORMATS, FormatSelect, OptionFields, formatOf } from './FormatFields.js';
import { Once } from './Json.js';

const FIELDS = ['name', 'url', 'event_type', 'event_types', 'filter', 'secret', 'description', 'headers', 'options'];

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
  if (secret) return html`<${Once} hint=${t('secretOnce')} text=${secret} label=${t('secret')} onDone=${onDone} />`;
  return html`<form class="fields" onSubmit=${submit}>
      <label>${t('name')} *<input name="name" required maxlength="255" defaultValue=${shown.name ?? ''} />${hint('name')}</label>
      <${FormatSelect} format=${format} onChange=${setFormat} />
      <label>${t(urlName)}${!ownUrl && ' *'}<input name="url" type="url" key=${format} required=${!ownUrl} placeholder="https://example.com/webhook"
        defaultValue=${isSame ? shown.url ?? '' : ''} onInput=${(event) => setUrl(event.target.value)} />${hint('url')}</label>
      <${AcceptRedirects} key=${url.includes('script.google.com')} url=${url} isOn=${webhook?.accept_redirects ?? false} />
      <${OptionFields} key=${format} format=${format} options=${isSame ? shown.options ?? {} : {}} hint=${optionHint} />
      <fieldset><legend>${t('eventTypes')} *</legend><${EventTypes} chosen=${shown.event_types} />${hint('event_types')}${hint('event_type')}</fieldset>
      <details open=${Boolean(shown.filter?.length || field('filter'))}><summary>${t('filter')}</summary>
        <label><small class="muted">${t('filterHint')}</small><textarea name="filter" rows="3" spellcheck="false" defaultValue=${textOf(shown.filter)}></textarea>${hint('filter')}</label></details>
      <${Try} />
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

// How many of the last events the types and the filter of this form let through.
function Try() {
  const [tried, setTried] = useState(null);
  async function look({ target }) {
    const form = new FormData(target.form);
    setTried(await attempt(() => webhooksApi.try({ event_types: typesOf(form), filter: conditionsOf(form.get('filter')) })));
  }
  return html`<p class="row"><button type="button" onClick=${look}>${t('try')}</button>
    <span role="status" class="muted">${tried && t('tried', tried)}</span></p>`;
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
    event_types: typesOf(form, webhook?.event_types),
    filter: conditionsOf(form.get('filter')),
    ...(!webhook && { generate_secret: form.has('generate_secret') && !form.get('secret') }),
  };
}
