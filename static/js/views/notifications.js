// #/notifications : what came lately, and what is told.
import { Time } from '../components/Time.js';
import { askToNotify, canNotify, mayNotify } from '../browserNotifications.js';
import { t } from '../i18n.js';
import { eventTypes } from '../known.js';
import { canSound, KINDS, markRead, notifications, preferences } from '../notifications.js';
import { attempt, toast } from '../toasts.js';
import { html, useEffect } from '../ui.js';

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
