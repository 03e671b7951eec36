// The views of a few lines each: deliveries of all webhooks, notifications, tokens, settings.
import { settingsApi, tokensApi } from '../api.js';
import { Dialog } from '../components/Dialog.js';
import { Copyable } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Time } from '../components/Time.js';
import { WebhookDeliveries } from '../components/WebhookDeliveries.js';
import { askToNotify, canNotify, mayNotify } from '../browserNotifications.js';
import { language, said, setLanguage, t } from '../i18n.js';
import { bytes } from '../lib/text.js';
import { milliseconds } from '../lib/time.js';
import { canSound, KINDS, markRead, notifications, preferences } from '../notifications.js';
import { eventTypes, reloadTypes } from '../known.js';
import { isForeign, setForeign } from '../session.js';
import { attempt, toast } from '../toasts.js';
import { html, useEffect, useState } from '../ui.js';

export function Deliveries() {
  return html`<section class="card"><${WebhookDeliveries} initialStatus="failed" /></section>`;
}

export function Notifications() {
  useEffect(markRead, [notifications.value]);
  const set = (change) => { preferences.value = { ...preferences.value, ...change }; };
  const chosen = preferences.value;
  const label = (kind) => eventTypes.value.find((one) => one.value === kind)?.label ?? kind;
  async function askBrowser(event) {
    const box = event.target;
    const isGranted = box.checked && await attempt(askToNotify);
    if (isGranted === false && box.checked) toast(t('notifyRefused'), { isError: true });
    box.checked = Boolean(isGranted); // the answer may be what was shown before
    set({ browser: box.checked });
  }
  const box = (text, checked, onChange) => html`<label class="check"><input type="checkbox" checked=${checked} onChange=${onChange} /> ${text}</label>`;
  return html`<section class="card">
    ${notifications.value.length === 0 && html`<p class="muted">${t('noNotifications')}</p>`}
    <ul class="stream">${notifications.value.map((one) => html`<li key=${one.id}><a href="#/events/${one.id}"><${Time} at=${one.timestamp} /> <span>${one.text}</span></a></li>`)}</ul>
  </section>
  <section class="card fields"><h2>${t('settings')}</h2>
    ${box(t('notifyMe'), chosen.enabled, (event) => set({ enabled: event.target.checked }))}
    ${KINDS.map((kind) => box(label(kind), chosen.kinds[kind], (event) => set({ kinds: { ...chosen.kinds, [kind]: event.target.checked } })))}
    ${canNotify() && box(t('browserNotify'), chosen.browser && mayNotify(), askBrowser)}
    ${canSound() && box(t('sound'), chosen.sound, (event) => set({ sound: event.target.checked }))}
  </section>`;
}

export function Tokens() {
  const loaded = useLoaded(() => tokensApi.list(), []);
  const { value: list, reload } = loaded;
  const [form, setForm] = useState(false);
  const [made, setMade] = useState(null);

  async function create(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const days = Number(form.get('days'));
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : null;
    const done = await attempt(() => tokensApi.create({ name: form.get('name'), scopes: form.getAll('scopes'), expires_at }));
    if (done) setMade(done.token);
    reload();
  }
  async function revoke(one) {
    if (!confirm(t('confirmRevoke', { name: one.name }))) return;
    await attempt(() => tokensApi.delete(one.id));
    reload();
  }
  const close = () => { setForm(false); setMade(null); };
  return html`<section class="card"><div class="toolbar"><button class="primary" onClick=${() => setForm(true)}>${t('createToken')}</button></div>
    <${Missing} of=${loaded} />
    ${list && html`<table><thead><tr>${['name', 'token', 'scopes', 'lastUsed', 'expires', 'actions'].map((one) => html`<th>${t(one)}</th>`)}</tr></thead>
      <tbody>${list.items.map((one) => html`<tr key=${one.id}>
        <td data-label=${t('name')}>${one.name}</td><td data-label=${t('token')}><code>${one.prefix}…</code></td>
        <td data-label=${t('scopes')}>${one.scopes.join(', ')}</td>
        <td data-label=${t('lastUsed')}>${one.last_used_at ? html`<${Time} at=${one.last_used_at} />` : t('never')}</td>
        <td data-label=${t('expires')}>${one.expires_at ? html`<${Time} at=${one.expires_at} as="moment" />` : t('forever')}</td>
        <td class="buttons"><button class="small danger" onClick=${() => revoke(one)}>${t('revoke')}</button></td></tr>`)}</tbody></table>`}
    ${form && html`<${Dialog} title=${t('createToken')} onClose=${close}>
      ${made ? html`<p>${t('tokenOnce')}</p><${Copyable} text=${made} label=${t('token')} />` : html`<form class="fields" onSubmit=${create}>
        <label>${t('name')} *<input name="name" required maxlength="255" /></label>
        <fieldset><legend>${t('scopes')}</legend>${['publish', 'read', 'admin'].map((one) => html`<label class="check"><input type="checkbox" name="scopes" value=${one} defaultChecked=${one === 'publish'} /> ${one}</label>`)}</fieldset>
        <label>${t('days')}<input name="days" type="number" min="1" /></label>
        <div class="buttons"><button type="button" onClick=${close}>${t('cancel')}</button><button class="primary">${t('create')}</button></div>
      </form>`}<//>`}
  </section>`;
}

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
