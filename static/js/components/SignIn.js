// Sign in by pasting a token; the printed link does it without this form.
import { t } from '../i18n.js';
import { notice, signIn, signOut } from '../state.js';
import { html, useState } from '../ui.js';

export function SignIn() {
  const [error, setError] = useState(null);

  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    try {
      await signIn(form.get('token').trim(), form.has('remember'));
    } catch (failure) {
      signOut();
      setError(failure.message);
    }
  }

  const problem = error ?? notice.value;
  return html`<main class="sign-in">
    <form class="card fields" onSubmit=${submit}>
      <h1>${t('signIn')}</h1>
      <p class="muted">${t('signInHint')}</p>
      <label>${t('token')}<input name="token" type="password" required autocomplete="current-password" autofocus /></label>
      <label class="check"><input name="remember" type="checkbox" /> ${t('remember')}</label>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <button class="primary">${t('enter')}</button>
    </form>
  </main>`;
}
