// #/tokens : who may call the server.
import { tokensApi } from '../api.js';
import { Dialog } from '../components/Dialog.js';
import { Once } from '../components/Json.js';
import { Missing, useLoaded } from '../components/Loaded.js';
import { Time } from '../components/Time.js';
import { said, t } from '../i18n.js';
import { isAdmin, tokens } from '../rights.js';
import { html, useState } from '../ui.js';

const SCOPES = ['publish', 'read', 'admin'];
const DAYS = [30, 90, 365, 0]; // that a token is good; 0: for ever

export function Tokens() {
  if (!isAdmin.value) return html`<section class="card"><p class="muted">${t('adminsOnly')}</p></section>`;
  return html`<section class="card"><${List} /></section>`;
}

function List() {
  const loaded = useLoaded(listAgain, []);
  const [dialog, setDialog] = useState(null); // true: a new one; a token: revoke it
  const close = () => setDialog(null);
  const expires = ({ expires_at: at }) => (at ? html`<${Time} at=${at} as="moment" />` : t('forever'));
  return html`<div class="toolbar"><p class="muted">${t('tokensHint')}</p>
      <button class="primary last" onClick=${() => setDialog(true)}>${t('createToken')}</button></div>
    <${Missing} of=${loaded} />
    ${
      loaded.value &&
      html`<table><thead><tr>${['name', 'token', 'scopes', 'lastUsed', 'expires'].map((one) => html`<th>${t(one)}</th>`)}<th><span class="unseen">${t('actions')}</span></th></tr></thead>
      <tbody>${loaded.value.items.map(
        (one) => html`<tr key=${one.id}>
        <td data-label=${t('name')}>${one.name}</td><td data-label=${t('token')}><code>${one.prefix}…</code></td>
        <td data-label=${t('scopes')}>${one.scopes.join(', ')}</td>
        <td data-label=${t('lastUsed')}>${one.last_used_at ? html`<${Time} at=${one.last_used_at} />` : t('never')}</td>
        <td data-label=${t('expires')}>${expires(one)}</td>
        <td class="buttons"><button class="danger" onClick=${() => setDialog(one)}>${t('revoke')}</button></td></tr>`,
      )}</tbody></table>`
    }
    ${dialog === true && html`<${NewToken} onMade=${loaded.reload} onClose=${close} />`}
    ${dialog?.id && html`<${Revoke} token=${dialog} onDone=${loaded.reload} onClose=${close} />`}`;
}

// The first steps look for a bot's token too.
async function listAgain() {
  const all = await tokensApi.list();
  tokens.value = all.items;
  return all;
}

function NewToken({ onMade, onClose }) {
  const [made, setMade] = useState(null);
  const [problem, setProblem] = useState(null);
  async function create(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const days = Number(form.get('days'));
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : null;
    try {
      const done = await tokensApi.create({ name: form.get('name'), scopes: form.getAll('scopes'), expires_at });
      setMade(done.token);
      onMade();
    } catch (error) {
      setProblem(said(error.errors?.[0]?.msg ?? error.message));
    }
  }
  return html`<${Dialog} title=${t('createToken')} onClose=${onClose}>
    ${
      made
        ? html`<${Once} hint=${t('tokenOnce')} text=${made} label=${t('token')} onDone=${onClose} />`
        : html`<form class="fields" onSubmit=${create}>
      <label>${t('name')} *<input name="name" required maxlength="255" autofocus placeholder=${t('tokenName')} /></label>
      <fieldset><legend>${t('scopes')}</legend>${SCOPES.map(
        (
          one,
        ) => html`<label class="check" key=${one}><input type="checkbox" name="scopes" value=${one} defaultChecked=${one === 'publish'} />
        <span>${one}<small class="muted">${t(`scope.${one}`)}</small></span></label>`,
      )}</fieldset>
      <label>${t('days')}<select name="days">${DAYS.map((one) => html`<option value=${one} selected=${!one}>${one ? t('forDays', { days: one }) : t('forever')}</option>`)}</select></label>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <div class="buttons"><button type="button" onClick=${onClose}>${t('cancel')}</button><button class="primary">${t('create')}</button></div>
    </form>`
    }<//>`;
}

function Revoke({ token, onDone, onClose }) {
  const [problem, setProblem] = useState(null);
  const revoke = () =>
    tokensApi.delete(token.id).then(
      () => {
        onClose();
        onDone();
      },
      (error) => setProblem(said(error.message)),
    );
  return html`<${Dialog} title=${t('revoke')} onClose=${onClose} light><p>${t('confirmRevoke', { name: token.name })}</p>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="buttons"><button onClick=${onClose}>${t('cancel')}</button><button class="danger" onClick=${revoke}>${t('revoke')}</button></div><//>`;
}
