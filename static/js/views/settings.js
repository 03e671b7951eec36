// #/settings : of the page, and of the server.
import { settingsApi } from '../api.js';
import { Check, Select } from '../components/Form.js';
import { LANGUAGES, speak } from '../components/Navigation.js';
import { bytes, html, Loaded, measure, said, t, useLoaded, useState } from '../components/parts.js';
import { language } from '../i18n.js';
import { isForeign, setForeign } from '../session.js';

export function Settings() {
  const loaded = useLoaded(settingsApi.get, []);
  return html`<section class="card fields">
      <${Select} label="language" value=${language.value} options=${Object.entries(LANGUAGES)} onChange=${speak} />
      <${Check} label="foreignDevice" checked=${isForeign.value} onChange=${setForeign} /></section>
    <section class="card"><${Loaded} of=${loaded} rows=${12}>${(settings) =>
      html`<${OfServer} settings=${settings} />`}<//></section>`;
}

function OfServer({ settings }) {
  const [words, setWords] = useState('');
  const isWanted = (one) => `${one.key} ${said(one.meaning)} ${one.value}`.toLowerCase().includes(words.toLowerCase());
  const groups = Map.groupBy(settings.items.filter(isWanted), (one) => one.key.split('.')[0]);
  const numbers = {
    version: settings.version,
    fsync: measure(settings.fsync_ms, 'millisecond', { maximumSignificantDigits: 2 }),
    databaseSize: bytes(settings.database_bytes),
  };
  return html`<p class="numbers">${Object.entries(numbers).map(
    ([name, value]) => html`<span><strong>${value}</strong> ${t(name)}</span>`,
  )}</p>
    <p class="toolbar"><a class="button" href="docs" target="_blank">${t('apiDocs')}</a>
      <a class="button" href="#/doctor">${t('doctor')}</a></p>
    <div class="toolbar"><p class="muted">${t('settingsHint')}</p><input type="search" class="last" data-search
      placeholder=${t('search')} aria-label=${t('search')} onInput=${({ target }) => setWords(target.value)} /></div>
    ${[...groups].map(
      ([group, items]) => html`<h2 key=${group}>[${group}]</h2>
      <dl class="settings">${items.map(setting)}</dl>`,
    )}
    ${groups.size === 0 && html`<p class="muted">${t('nothingFound')}</p>`}`;
}

const setting = ({ key, variable, meaning, value, origin }) => html`<div key=${key}>
  <dt><code title=${variable}>${key}</code><small class="muted">${said(meaning)}</small></dt>
  <dd><code>${value || '—'}</code><small class="muted">${said(origin)}</small></dd></div>`;
