// What a webhook's format asks for.
import { webhooksApi } from '../api.js';
import { Check, Field, Select } from './Form.js';
import { LANGUAGES } from './Navigation.js';
import { html, said, Status, t, useLoaded, useState } from './parts.js';

// How the URL and the secret are called, and which options there are besides `EVERY`.
const FORMATS = {
  json: { secret: 'secret', url: 'url' },
  telegram: { secret: 'botToken', url: 'apiBase', ownUrl: true, options: ['chat_id', 'thread_id', 'silent'] },
  discord: { url: 'channelUrl', options: ['username'] },
  slack: { url: 'channelUrl', options: [] },
  ntfy: { secret: 'accessToken', url: 'topicUrl', options: ['priority', 'tags'] },
  max: { secret: 'botToken', url: 'apiBase', ownUrl: true, options: ['chat_id', 'silent'] },
};
const EVERY = ['language', 'text', 'fold']; // a chat's
const BOXES = ['silent', 'fold'];
const WHILE_TYPING = 400; // ms
const WHOLE = /^https?:\/\/[^/\s]+/i;
const SHEETS = 'script.google.com'; // acts, then answers 302

const optionsOf = (format) => (format === 'json' ? [] : [...FORMATS[format].options, ...EVERY]);

export function FormatFields({ shown, isNew }) {
  const before = shown.format ?? 'json';
  const [format, setFormat] = useState(before);
  return html`<${Select} label="format" name="format" value=${format} onChange=${setFormat}
      options=${Object.keys(FORMATS).map((one) => [one, `format.${one}`])} />
    <${OfFormat} key=${format} format=${format} kept=${format === before ? shown : {}} isNew=${isNew} />`;
}

// `kept` is what holds on: nothing of a webhook that had another format.
function OfFormat({ format, kept, isNew }) {
  const [url, setUrl] = useState(kept.url ?? '');
  const of = FORMATS[format];
  const own = html`${of.secret && html`<${Secret} label=${of.secret} format=${format} isKept=${kept.has_secret} isNew=${isNew} />`}
    ${optionsOf(format).map((name) => html`<${Option} key=${name} name=${name} value=${kept.options?.[name]} />`)}`;
  return html`${of.ownUrl && own}
    <${Address} label=${of.url} required=${!of.ownUrl} before=${kept.url ?? ''} url=${url} setUrl=${setUrl} />
    ${
      (kept.accept_redirects || url.includes(SHEETS)) &&
      html`<${Check} name="accept_redirects" label="acceptRedirects" defaultChecked />`
    }
    ${!of.ownUrl && own}`;
}

// The URL of a receiver, checked while it is typed by the code that guards saving and sending.
function Address({ label, required, before, url, setUrl }) {
  const typed = url.trim();
  const wanted = url !== before && WHOLE.test(typed) && typed; // what is saved was checked
  const check = async () => wanted && { ...(await webhooksApi.checkUrl(wanted)), url: wanted };
  const { value: checked, problem } = useLoaded(check, [wanted], WHILE_TYPING);
  const answer = () => {
    if (checked?.url !== wanted) return html`<span class="muted">${problem ?? t('checking')}</span>`;
    if (!checked.allowed) return html`<${Status} status="failed" label=${said(checked.detail)} />`;
    const addresses = checked.addresses.map((one) => one.address).join(', ');
    return html`<${Status} status="success" label=${t('urlAllowed', { addresses })} />`;
  };
  return html`<${Field} label=${label} name="url" type="url" inputmode="url" autocomplete="off" required=${required}
    placeholder="https://example.com/webhook" defaultValue=${before} onInput=${({ target }) => setUrl(target.value)}
    after=${html`<small role="status">${wanted && answer()}</small>`} />`;
}

// What signs requests, or opens a chat's door: made by the server unless told otherwise.
function Secret({ label, format, isKept, isNew }) {
  const canMake = isNew && format === 'json';
  const [isMade, setMade] = useState(canMake);
  const hint = isKept ? 'secretKept' : format === 'json' && 'secretHint';
  return html`${
    canMake &&
    html`<${Check} name="generate_secret" label="generate" hint="generateHint"
    checked=${isMade} onChange=${setMade} />`
  }
    ${
      !isMade &&
      html`<${Field} label=${label} name="secret" type="password" required=${label === 'botToken' && !isKept}
      autocomplete="new-password" hint=${hint} />`
    }
    ${isKept && label !== 'botToken' && html`<${Check} name="remove_secret" label="removeSecret" />`}`;
}

function Option({ name, value }) {
  const field = { name: `options.${name}`, label: `option.${name}` };
  if (BOXES.includes(name)) return html`<${Check} ...${field} defaultChecked=${value ?? name === 'fold'} />`;
  if (name === 'language') return html`<${Select} ...${field} value=${value} options=${Object.entries(LANGUAGES)} />`;
  if (name === 'text')
    return html`<${Field} ...${field} as="textarea" rows="2" hint="option.textHint" defaultValue=${value} />`;
  return html`<${Field} ...${field} required=${name === 'chat_id'} defaultValue=${value} />`;
}

// The format and its options as the form says them.
export function formatOf(form) {
  const format = form.get('format');
  const value = (name) => (BOXES.includes(name) ? form.has(`options.${name}`) : form.get(`options.${name}`));
  return { format, options: Object.fromEntries(optionsOf(format).map((name) => [name, value(name)])) };
}
