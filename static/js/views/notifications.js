// #/notifications : what came lately, and what is told.
import { EventList } from '../components/EventRow.js';
import { t } from '../i18n.js';
import {
  askToNotify,
  canNotify,
  canSound,
  KINDS,
  markRead,
  mayNotify,
  notifications,
  preferences,
} from '../notifications.js';
import { attempt, toast } from '../toasts.js';
import { html, useEffect } from '../ui.js';
import { labelOf } from '../words.js';

export function Notifications() {
  useEffect(markRead, [notifications.value]);
  const chosen = preferences.value;
  const set = (change) => {
    preferences.value = { ...preferences.value, ...change }; // as they are by now: a browser asks for long
  };
  async function askBrowser(event) {
    const box = event.target;
    const isGranted = box.checked && (await attempt(askToNotify));
    if (isGranted === false && box.checked) toast(t('notifyRefused'), { isError: true });
    box.checked = Boolean(isGranted); // the answer may be what was shown before
    set({ browser: box.checked });
  }
  const box = (text, checked, onChange) => html`<label class="check">
    <input type="checkbox" checked=${checked} onChange=${onChange} /> ${text}</label>`;
  const setKind = (kind, isTold) => set({ kinds: { ...preferences.value.kinds, [kind]: isTold } });
  const choice = (name) => box(t(`notify.${name}`), chosen[name], (event) => set({ [name]: event.target.checked }));
  return html`<section class="card events">
    ${notifications.value.length === 0 && html`<p class="muted">${t('noNotifications')}</p>`}
    <${EventList} events=${notifications.value} />
  </section>
  <section class="card fields"><h2>${t('settings')}</h2>
    ${choice('enabled')}
    <fieldset disabled=${!chosen.enabled}><legend>${t('notifyOf')}</legend>
      ${KINDS.map((kind) => box(labelOf(kind), chosen.kinds[kind], ({ target }) => setKind(kind, target.checked)))}
    </fieldset>
    <fieldset disabled=${!chosen.enabled}><legend>${t('notifyBy')}</legend>
      ${choice('toasts')}
      ${canNotify() && box(t('browserNotify'), chosen.browser && mayNotify(), askBrowser)}
      ${canSound() && choice('sound')}</fieldset>
    <p class="muted">${t('notifyTrouble')}</p>
  </section>`;
}
