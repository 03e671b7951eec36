// What a webhook's format asks for: an address, a secret or a bot's token, a chat, own words.
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { html, useState } from '../ui.js';
import { useLoaded } from './Loaded.js';
import { Status } from './Status.js';

// By format: how the secret and the URL are called, and which options there are besides `EVERY`.
export const FORMATS = {
  json: { secret: 'secret', url: 'url', options: [] },
  telegram: { secret: 'botToken', url: 'apiBase', ownUrl: true, options: ['chat_id', 'thread_id', 'silent'] },
  discord: { url: 'channelUrl', options: ['username'] },
  slack: { url: 'channelUrl', options: [] },
  ntfy: { secret: 'accessToken', url: 'url', options: ['priority', 'tags'] },
  max: { secret: 'botToken', url: 'apiBase', ownUrl: true, options: ['chat_id', 'silent'] },
};
const EVERY = ['language', 'text', 'fold']; // a chat's
const BOXES = ['silent', 'fold'];
const WHILE_TYPING = 400; // ms
const SHEETS = 'script.google.com'; // acts, then answers 302

export function FormatSelect({ format, onChange }) {
  return html`<label>${t('format')}<select name="format" value=${format} onChange=${(event) => onChange(event.target.value)}>
    ${Object.keys(FORMATS).map((one) => html`<option value=${one}>${t(`format.${one}`)}</option>`)}</select></label>`;
}

const looksWhole = (url) => /^https?:\/\/[^/\s]+/i.test(url);

// The URL of a receiver, checked while it is typed by the code that guards saving and sending.
export function AddressField({ label, value, isRequired, onUrl, problem }) {
  const [url, setUrl] = useState(value);
  const wanted = url !== value && looksWhole(url.trim()) ? url.trim() : null; // what is saved was checked
  const { value: checked, problem: refusal } = useLoaded(
    () => wanted && webhooksApi.checkUrl(wanted).then((found) => ({ ...found, url: wanted })),
    [wanted],
    WHILE_TYPING,
  );
  const isShown = checked?.url === wanted && wanted;
  const type = (event) => {
    setUrl(event.target.value);
    onUrl(event.target.value);
  };
  const addresses = isShown ? checked.addresses.map((one) => one.address).join(', ') : '';
  return html`<label>${label}${isRequired && ' *'}<input name="url" type="url" inputmode="url" autocomplete="off" required=${isRequired}
      placeholder="https://example.com/webhook" defaultValue=${value} onInput=${type} />
    <small role="status">${isShown && checked.allowed && html`<${Status} status="success" label=${t('urlAllowed', { addresses })} />`}
      ${isShown && !checked.allowed && html`<${Status} status="failed" label=${said(checked.detail)} />`}
      ${!isShown && wanted && html`<span class="muted">${refusal ?? t('checking')}</span>`}</small>
    ${problem}</label>`;
}

// What signs requests, or opens a chat's door: made by the server unless told otherwise. `webhook` is there where its secret may stay: of the same format.
export function SecretField({ name, webhook, isNew, format, problem }) {
  const canMake = isNew && format === 'json';
  const [isMade, setMade] = useState(canMake);
  if (!name) return null;
  return html`${
    canMake &&
    html`<label class="check"><input name="generate_secret" type="checkbox" checked=${isMade}
      onChange=${(event) => setMade(event.target.checked)} /> <span>${t('generate')}<small class="muted">${t('generateHint')}</small></span></label>`
  }
    ${
      !isMade &&
      html`<label>${t(name)}<input name="secret" type="password" autocomplete="new-password" />
      ${webhook?.has_secret ? html`<small class="muted">${t('secretKept')}</small>` : format === 'json' && html`<small class="muted">${t('secretHint')}</small>`}
      ${problem}</label>`
    }
    ${webhook?.has_secret && !name.startsWith('bot') && html`<label class="check"><input name="remove_secret" type="checkbox" /> ${t('removeSecret')}</label>`}`;
}

export function OptionFields({ format, options, hint }) {
  if (format === 'json') return null;
  const box = (name, isOn) =>
    html`<label class="check"><input name=${`option.${name}`} type="checkbox" defaultChecked=${isOn} /> ${t(`option.${name}`)}</label>`;
  const field = (name) => html`<label>${t(`option.${name}`)}${name === 'chat_id' && ' *'}
    <input name=${`option.${name}`} required=${name === 'chat_id'} defaultValue=${options[name] ?? ''} />${hint('options', name)}</label>`;
  return html`${FORMATS[format].options.map((one) => (BOXES.includes(one) ? box(one, options[one]) : field(one)))}
    <label>${t('option.language')}<select name="option.language">
      <option value="ru">Русский</option><option value="en" selected=${options.language === 'en'}>English</option></select></label>
    <label>${t('option.text')}<textarea name="option.text" rows="2" defaultValue=${options.text ?? ''}></textarea>
      <small class="muted">${t('option.textHint')}</small>${hint('options', 'text')}</label>
    ${box('fold', options.fold ?? true)}`;
}

export function AcceptRedirects({ url, isOn }) {
  if (!isOn && !url.includes(SHEETS)) return null;
  return html`<label class="check"><input name="accept_redirects" type="checkbox" defaultChecked=${isOn || url.includes(SHEETS)} /> ${t('acceptRedirects')}</label>`;
}

// The format and its options as the form says them.
export function formatOf(form) {
  const format = form.get('format');
  const shown = format === 'json' ? [] : [...FORMATS[format].options, ...EVERY];
  const value = (name) => (BOXES.includes(name) ? form.has(`option.${name}`) : form.get(`option.${name}`));
  return { format, options: Object.fromEntries(shown.map((name) => [name, value(name)])) };
}
