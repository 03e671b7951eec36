// What a webhook's format asks for besides: a bot's token, a chat, own words.
import { t } from '../i18n.js';
import { html } from '../ui.js';

// By format: how the secret and the URL are called, and which options there are besides `EVERY`.
export const FORMATS = {
  json: { secret: 'secret', url: 'url', options: [] },
  telegram: { secret: 'botToken', url: 'apiBase', ownUrl: true, options: ['chat_id', 'thread_id', 'silent'] },
  discord: { url: 'channelUrl', options: ['username'] },
  slack: { url: 'channelUrl', options: [] },
  ntfy: { secret: 'accessToken', url: 'url', options: ['priority', 'tags'] },
  max: { secret: 'botToken', url: 'apiBase', ownUrl: true, options: ['chat_id', 'silent'] },
};
const SHEETS = 'script.google.com'; // acts, then answers 302

export function FormatSelect({ format, onChange }) {
  return html`<label>${t('format')}<select name="format" value=${format} onChange=${(event) => onChange(event.target.value)}>
    ${Object.keys(FORMATS).map((one) => html`<option value=${one}>${t(`format.${one}`)}</option>`)}</select></label>`;
}

export function OptionFields({ format, options, hint }) {
  if (format === 'json') return null;
  return html`${FORMATS[format].options.map((one) => (one === 'silent'
    ? html`<label class="check"><input name="option.silent" type="checkbox" defaultChecked=${options.silent} /> ${t('option.silent')}</label>`
    : html`<label>${t(`option.${one}`)}${one === 'chat_id' && ' *'}
        <input name=${`option.${one}`} required=${one === 'chat_id'} defaultValue=${options[one] ?? ''} />${hint(one)}</label>`))}
    <label>${t('option.language')}<select name="option.language">
      <option value="ru">Русский</option><option value="en" selected=${options.language === 'en'}>English</option></select></label>
    <label>${t('option.text')}<textarea name="option.text" rows="2" defaultValue=${options.text ?? ''}></textarea>${hint('text')}</label>`;
}

export function AcceptRedirects({ url, isOn }) {
  if (!isOn && !url.includes(SHEETS)) return null;
  return html`<label class="check"><input name="accept_redirects" type="checkbox" defaultChecked=${isOn || url.includes(SHEETS)} /> ${t('acceptRedirects')}</label>`;
}

// The format and its options as the form says them; what it does not show stays as it was.
export function formatOf(form, before) {
  const format = form.get('format');
  const shown = ['language', 'text', ...FORMATS[format].options];
  const options = format === 'json' ? {} : { ...before?.options };
  for (const name of format === 'json' ? [] : shown) {
    options[name] = name === 'silent' ? form.has('option.silent') : form.get(`option.${name}`);
  }
  for (const name of Object.keys(options)) if (!shown.includes(name) && name !== 'fold') delete options[name];
  return { format, options, accept_redirects: form.has('accept_redirects') };
}
