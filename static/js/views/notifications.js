// #/notifications : what came lately, and what is told.
import { EventList } from '../components/EventRow.js';
import { Check } from '../components/Form.js';
import { html, t, toast, useEffect } from '../components/parts.js';
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
import { labelOf } from '../words.js';

// As they are by now: a browser asks for long.
const set = (change) => {
  preferences.value = { ...preferences.value, ...change };
};

async function askBrowser(isWanted, box) {
  const isGranted = isWanted && (await askToNotify());
  if (isGranted === false && isWanted) toast(t('notifyRefused'), { isError: true });
  box.checked = Boolean(isGranted); // the answer may be what was shown before
  set({ browser: box.checked });
}

export function Notifications() {
  useEffect(markRead, [notifications.value]);
  const { enabled, kinds, browser, ...chosen } = preferences.value;
  const choice = (name, isOn = chosen[name]) =>
    html`<${Check} label="notify.${name}" checked=${isOn} onChange=${(isTold) => set({ [name]: isTold })} />`;
  const kind = (one) => html`<${Check} label=${labelOf(one)} checked=${kinds[one]}
    onChange=${(isTold) => set({ kinds: { ...preferences.value.kinds, [one]: isTold } })} />`;
  return html`<section class="card events">
      ${!notifications.value.length && html`<p class="muted">${t('noNotifications')}</p>`}
      <${EventList} events=${notifications.value} /></section>
    <section class="card fields"><h2>${t('settings')}</h2>${choice('enabled', enabled)}
      <fieldset disabled=${!enabled}><legend>${t('notifyOf')}</legend>${KINDS.map(kind)}</fieldset>
      <fieldset disabled=${!enabled}><legend>${t('notifyBy')}</legend>${choice('toasts')}
        ${
          canNotify() &&
          html`<${Check} label="browserNotify"
          checked=${browser && mayNotify()} onChange=${askBrowser} />`
        }
        ${canSound() && choice('sound')}</fieldset>
      <p class="muted">${t('notifyTrouble')}</p></section>`;
}
