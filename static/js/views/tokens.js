// #/tokens : who may call the server.
import { tokensApi } from '../api.js';
import { Ask, Check, Field, Finding, Once, Select } from '../components/Form.js';
import { dateOf, html, isAdmin, Loaded, Name, t, Time, tokens, useLoaded, useState } from '../components/parts.js';

const SCOPES = ['publish', 'read', 'admin'];
const DAYS = [30, 90, 365]; // that a token is good, or for ever
const DAY = 86_400_000; // ms
// What the list shows of each, by the name of its column.
const COLUMNS = {
  name: (one) => html`<${Name} of=${one.name} longest=${255} />`,
  token: (one) => html`<code class="whole">${one.prefix}…</code>`,
  scopes: (one) => one.scopes.join(', '),
  lastUsed: (one) => html`<${Time} at=${one.last_used_at} />`,
  expires: (one) => html`<${Time} at=${one.expires_at} format=${(at) => dateOf(at, Date.now())} none="forever" />`,
};

export function Tokens() {
  const hint = html`<p class="muted">${t('adminsOnly')}</p>`;
  return html`<section class="card">${isAdmin.value ? html`<${List} />` : hint}</section>`;
}

function List() {
  const loaded = useLoaded(listAgain, []);
  const [dialog, setDialog] = useState(null); // true: a new one; a token: revoke it
  const close = () => setDialog(null);
  const row = (one) => html`<tr key=${one.id}>
    ${Object.entries(COLUMNS).map(([name, show]) => html`<td data-label=${t(name)}>${show(one)}</td>`)}
    <td class="buttons"><button class="danger" onClick=${() => setDialog(one)}>${t('revoke')}</button></td></tr>`;
  return html`<div class="toolbar"><p class="muted">${t('tokensHint')}</p>
      <button class="primary last" onClick=${() => setDialog(true)}>${t('createToken')}</button></div>
    <${Loaded} of=${loaded}>${({ items }) => html`<table>
      <thead><tr>${Object.keys(COLUMNS).map((one) => html`<th>${t(one)}</th>`)}
        <th><span class="unseen">${t('actions')}</span></th></tr></thead>
      <tbody>${items.map(row)}</tbody></table>`}<//>
    ${dialog === true && html`<${NewToken} onMade=${loaded.reload} onClose=${close} />`}
    ${
      dialog?.id &&
      html`<${Ask} title="revoke" text=${t('confirmRevoke', { name: dialog.name })} kind="danger" light
      action=${() => tokensApi.delete(dialog.id).then(() => loaded.reload())} onClose=${close} />`
    }`;
}

// The first steps look for a bot's token too.
async function listAgain() {
  const all = await tokensApi.list();
  tokens.value = all.items;
  return all;
}

function NewToken({ onMade, onClose }) {
  async function create(form) {
    const days = Number(form.get('days'));
    const expires_at = days ? new Date(Date.now() + days * DAY).toISOString() : null;
    const { token } = await tokensApi.create({ name: form.get('name'), scopes: form.getAll('scopes'), expires_at });
    onMade();
    return html`<${Once} text=${token} label=${t('token')} hint=${t('tokenOnce')} onDone=${onClose} />`;
  }
  const scope = (one) =>
    html`<${Check} key=${one} name="scopes" value=${one} hint="scope.${one}"
      defaultChecked=${one === 'publish'}>${one}<//>`;
  const days = [['', 'forever'], ...DAYS.map((one) => [one, t('forDays', { days: one })])];
  return html`<${Ask} title="createToken" label="create" action=${create} onClose=${onClose}>
    <${Field} label="name" name="name" required maxlength="255" autofocus placeholder=${t('tokenName')} />
    <fieldset><legend>${t('scopes')}</legend>${SCOPES.map(scope)}<${Finding} of="scopes" /></fieldset>
    <${Select} label="days" name="days" options=${days} /><//>`;
}
