// The token, where it is kept, and the links that bring one. Only our server's own refusal forgets it;
// whatever else fails on the way is tried again with the page in its place.
import { apiClient, authApi } from './api.js';
import * as feed from './feed.js';
import { t } from './i18n.js';
import { trouble } from './known.js';
import * as last from './last.js';
import { persist } from './lib/persist.js';
import { device, tab } from './lib/storage.js';
import { comeBack, isLink, want } from './place.js';
import { toast } from './toasts.js';
import { effect, signal } from './ui.js';

const KEPT = 'bedolaga.token';
const FOREIGN = 'bedolaga.foreign';

export const signedIn = signal(false);
export const notice = signal(null); // why the sign-in is shown: a text, or the server's sentence as it came
export const isForeign = signal(tab.get(FOREIGN) !== null); // somebody else's device: forget with the tab

// A garbled one cannot stand in a header, and would never reach the server to be refused.
const isToken = (text) => /^[\x21-\x7e]+$/.test(text ?? '');
const keptToken = () => [tab, device].map((one) => one.get(KEPT)).find(isToken);

export function start() {
  apiClient.onUnauthorized = refused;
  addEventListener('storage', follow);
  goOn();
  takeLink();
}

function goOn() {
  const token = keptToken();
  if (token) enter(token);
  else want();
}

export function takeLink() {
  if (!isLink()) return;
  const link = new URLSearchParams(location.hash.slice(1));
  comeBack();
  const token = link.get('token');
  if (link.has('login')) redeem(() => authApi.login(link.get('login')));
  else if (!isToken(token)) tell(t('tokenGarbage'));
  else if ([null, token].includes(apiClient.token)) keep(token);
  else redeem(() => authApi.check(token).then(() => ({ token })));
}

// Raises what the server says of the token.
export async function signIn(token) {
  if (!isToken(token)) throw new Error(t('tokenGarbage'));
  await authApi.check(token);
  keep(token);
}

export function signOut(reason = null) {
  const { token } = apiClient;
  for (const one of [device, tab]) if (one.get(KEPT) === token) one.remove(KEPT); // not another tab's new one
  last.forget();
  leave(reason);
}

function leave(reason) {
  apiClient.token = null;
  [notice.value, signedIn.value] = [reason, false];
  feed.end();
}

// A bot's token is good, and kept, but there is nothing that it may see.
effect(() => {
  const { status, isOurs } = trouble.value?.error ?? {};
  if (isOurs && status === 403) leave(t('cannotRead'));
});

export function setForeign(isTheirs) {
  isForeign.value = isTheirs;
  if (isTheirs) tab.set(FOREIGN, '1');
  else tab.remove(FOREIGN);
  if (apiClient.token) keep(apiClient.token);
}

// `ask` promises a token. Who is signed in already loses nothing by a spent code, or a token that is revoked.
async function redeem(ask) {
  const before = apiClient.token;
  const isWanted = () => [before, null].includes(apiClient.token);
  let told = null;
  const onTrouble = (error) => {
    if (error && error.message !== told) tell((told = error.message));
  };
  if (!before) notice.value = t('signingIn');
  try {
    const made = await persist(ask, { isWanted, onTrouble });
    if (made) keep(made.token);
  } catch (error) {
    tell(error.isUnauthorized ? t(signedIn.value ? 'codeSpentInside' : 'codeFailed') : error.message);
  }
}

// On the form, or over the page of who is inside.
function tell(sentence) {
  if (signedIn.value) toast(sentence);
  else notice.value = sentence;
}

function keep(token) {
  const [here, elsewhere] = isForeign.value ? [tab, device] : [device, tab];
  if (elsewhere.get(KEPT) === token) elsewhere.remove(KEPT);
  if (!here.set(KEPT, token)) tab.set(KEPT, token); // at least for this tab, where nothing more fits
  if (token !== apiClient.token) enter(token);
}

function enter(token) {
  if (signedIn.value) feed.end();
  apiClient.token = token;
  [notice.value, signedIn.value] = [null, true];
  last.begin(token, isForeign.value);
  feed.begin(token);
}

// By our server: revoked or expired. Another tab may know a newer one.
function refused() {
  signOut(t('tokenRejected'));
  goOn();
}

// Another tab signed in, or out.
function follow({ key, oldValue, newValue }) {
  if (key !== KEPT) return;
  if (isToken(newValue) && !signedIn.value) enter(newValue);
  else if (!newValue && oldValue === apiClient.token && tab.get(KEPT) !== oldValue) signOut();
}
