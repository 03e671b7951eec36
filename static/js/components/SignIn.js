// Sign in by pasting a token; the printed link does it without this form.
import { helpAt } from '../i18n.js';
import { isForeign, notice, setForeign, signIn } from '../session.js';
import { Check, Field, Form } from './Form.js';
import { Brand } from './Navigation.js';
import { html, said, t } from './parts.js';

export function SignIn() {
  const enter = (form) =>
    signIn(form.get('token').trim()).catch((error) => {
      notice.value = error.message; // the one place where it says why
    });
  return html`<main class="sign-in"><section class="card"><div class="brand"><${Brand} /></div><h1>${t('signIn')}</h1>
    <p class="muted">${t('signInHint')} <code>bedolaga-events login</code></p>
    <${Form} label="enter" action=${enter}>
      <${Field} label="token" name="token" type="password" required autocomplete="current-password" autofocus />
      <${Check} label="foreignDevice" checked=${isForeign.value} onChange=${setForeign} />
      ${notice.value && html`<p class="problem" role="alert">${said(notice.value)}</p>`}<//>
    <a href=${helpAt('page', 'sign-in')} target="_blank">${t('help')}</a></section></main>`;
}
