// #/tokens : who may call the server.
import { tokensApi } from '../api.js';
import { Dialog } from '../components/Dialog.js';
import { Once } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Time } from '../components/Time.js';
import { t } from '../i18n.js';
import { attempt } from '../toasts.js';
import { html, useState } from '../ui.js';

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
      ${made ? html`<${Once} hint=${t('tokenOnce')} text=${made} label=${t('token')} onDone=${close} />` : html`<form class="fields" onSubmit=${create}>
        <label>${t('name')} *<input name="name" required maxlength="255" /></label>
        <fieldset><legend>${t('scopes')}</legend>${['publish', 'read', 'admin'].map((one) => html`<label class="check"><input type="checkbox" name="scopes" value=${one} defaultChecked=${one === 'publish'} /> ${one}</label>`)}</fieldset>
        <label>${t('days')}<input name="days" type="number" min="1" /></label>
        <div class="buttons"><button type="button" onClick=${close}>${t('cancel')}</button><button class="primary">${t('create')}</button></div>
      </form>`}<//>`}
  </section>`;
}
