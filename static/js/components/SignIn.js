// Sign in by pasting a token; the printed link does it without this form.
import { helpAt, said, t } from '../i18n.js';
import { isForeign, notice, setForeign, signIn } from '../session.js';
import { html, useState } from '../ui.js';
import { Brand } from './Navigation.js';

export function SignIn() {
  const [error, setError] = useState(null);

  async function submit(event) {
    event.preventDefault();
    setError(null);
    try {
      await signIn(event.target.token.value.trim());
    } catch (failure) {
      setError(failure.message);
    }
  }

  const problem = said(error ?? notice.value); // here, not before: its words may come after it
  return html`<main class="sign-in">
    <form class="card fields" onSubmit=${submit}>
      <div class="brand"><${Brand} /></div>
      <h1>${t('signIn')}</h1>
      <p class="muted">${t('signInHint')} <code>bedolaga-events login</code></p>
      <label>${t('token')}<input name="token" type="password" required autocomplete="current-password" autofocus /></label>
      <label class="check"><input type="checkbox" checked=${isForeign.value} onChange=${(event) => setForeign(event.target.checked)} /> ${t('foreignDevice')}</label>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <button class="primary">${t('enter')}</button>
      <a href=${helpAt('page', 'sign-in')} target="_blank">${t('help')}</a>
    </form>
  </main>`;
}
