// #/settings : of the page, and of the server.
import { settingsApi } from '../api.js';
import { Dialog } from '../components/Dialog.js';
import { Copyable } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { language, said, setLanguage, t } from '../i18n.js';
import { reloadTypes } from '../known.js';
import { bytes, number } from '../lib/text.js';
import { isForeign, setForeign } from '../session.js';
import { attempt } from '../toasts.js';
import { html, useState } from '../ui.js';

const MS = { style: 'unit', unit: 'millisecond', maximumSignificantDigits: 2 };

export function Settings() {
  const loaded = useLoaded(settingsApi.get, []);
  async function choose(event) {
    await attempt(() => setLanguage(event.target.value));
    await attempt(reloadTypes);
  }
  return html`<section class="card fields">
      <label>${t('language')}<select value=${language.value} onChange=${choose}><option value="ru">Русский</option><option value="en">English</option></select></label>
      <label class="check"><input type="checkbox" checked=${isForeign.value} onChange=${(event) => setForeign(event.target.checked)} /> ${t('foreignDevice')}</label>
    </section>
    <section class="card"><${Missing} of=${loaded} rows=${12} />${loaded.value && html`<${OfServer} settings=${loaded.value} />`}</section>`;
}

function OfServer({ settings }) {
  const [metrics, setMetrics] = useState(null); // a link would come without the token
  const [words, setWords] = useState('');
  const showMetrics = async () => setMetrics(await attempt(() => settingsApi.metrics()));
  const isWanted = (one) => `${one.key} ${said(one.meaning)} ${one.value}`.toLowerCase().includes(words.toLowerCase());
  const groups = Map.groupBy(settings.items.filter(isWanted), (one) => one.key.split('.')[0]);
  return html`<p class="numbers"><span><strong>${settings.version}</strong> ${t('version')}</span>
      <span><strong>${number(settings.fsync_ms, MS)}</strong> ${t('fsync')}</span>
      <span><strong>${bytes(settings.database_bytes)}</strong> ${t('databaseSize')}</span></p>
    <p class="toolbar"><a class="button" href="docs" target="_blank">${t('apiDocs')}</a><button onClick=${showMetrics}>${t('metrics')}</button>
      <a class="button" href="#/doctor">${t('doctor')}</a></p>
    <div class="toolbar"><p class="muted">${t('settingsHint')}</p><input type="search" class="last" data-search placeholder=${t('search')} aria-label=${t('search')} onInput=${(event) => setWords(event.target.value)} /></div>
    ${[...groups].map(
      ([group, items]) => html`<h2 key=${group}>[${group}]</h2>
      <dl class="settings">${items.map(
        (
          one,
        ) => html`<div key=${one.key}><dt><code title=${one.variable}>${one.key}</code><small class="muted">${said(one.meaning)}</small></dt>
        <dd><code>${one.value || '—'}</code><small class="muted">${said(one.origin)}</small></dd></div>`,
      )}</dl>`,
    )}
    ${groups.size === 0 && html`<p class="muted">${t('nothingFound')}</p>`}
    ${metrics && html`<${Dialog} title=${t('metrics')} onClose=${() => setMetrics(null)} light><${Copyable} text=${metrics} label="GET /metrics" /><//>`}`;
}
