// #/settings : of the page, and of the server.
import { settingsApi } from '../api.js';
import { Dialog } from '../components/Dialog.js';
import { Copyable } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { language, said, setLanguage, t } from '../i18n.js';
import { reloadTypes } from '../known.js';
import { bytes } from '../lib/text.js';
import { milliseconds } from '../lib/time.js';
import { isForeign, setForeign } from '../session.js';
import { attempt } from '../toasts.js';
import { html, useState } from '../ui.js';

export function Settings() {
  const loaded = useLoaded(() => settingsApi.get(), []);
  const settings = loaded.value;
  const [metrics, setMetrics] = useState(null); // a link would come without the token
  const showMetrics = async () => setMetrics(await attempt(() => settingsApi.metrics()));
  async function choose(event) {
    await attempt(() => setLanguage(event.target.value));
    await attempt(reloadTypes);
  }
  return html`<section class="card">
    <label>${t('language')}<select value=${language.value} onChange=${choose}><option value="ru">Русский</option><option value="en">English</option></select></label>
    <label class="check"><input type="checkbox" checked=${isForeign.value} onChange=${(event) => setForeign(event.target.checked)} /> ${t('foreignDevice')}</label>
    <${Missing} of=${loaded} rows=${12} />
    ${settings && html`<p class="numbers"><span><strong>${settings.version}</strong> ${t('version')}</span>
        <span><strong>${milliseconds(settings.fsync_ms, language.value)}</strong> ${t('fsync')}</span>
        <span><strong>${bytes(settings.database_bytes, language.value)}</strong> ${t('databaseSize')}</span>
        <a href="docs" target="_blank">${t('apiDocs')}</a> <button class="small" onClick=${showMetrics}>${t('metrics')}</button> <a href="#/doctor">${t('doctor')}</a></p>
      <table><thead><tr><th>${t('setting')}</th><th>${t('value')}</th><th>${t('origin')}</th></tr></thead>
        <tbody>${settings.items.map((one) => html`<tr key=${one.key}><td data-label=${t('setting')}><span><code title=${one.variable}>${one.key}</code><small class="muted">${said(one.meaning)}</small></span></td>
          <td data-label=${t('value')}><code>${one.value}</code></td><td data-label=${t('origin')}><span class="whole">${said(one.origin)}</span></td></tr>`)}</tbody></table>`}
    ${metrics && html`<${Dialog} title=${t('metrics')} onClose=${() => setMetrics(null)}><${Copyable} text=${metrics} label="GET /metrics" /><//>`}
  </section>`;
}
