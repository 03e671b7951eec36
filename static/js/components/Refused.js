// What the server refused for its type or payload: nobody else would tell the bot's owner.
import { eventsApi } from '../api.js';
import { said, t } from '../i18n.js';
import { now } from '../known.js';
import { moment } from '../lib/time.js';
import { html } from '../ui.js';
import { Icon } from './Icon.js';
import { useLoaded } from './Loaded.js';

const ASK_EVERY = 60_000; // ms
const SHOWN = 5; // types

export function Refused() {
  const { value } = useLoaded(eventsApi.refused, [Math.floor(now.value / ASK_EVERY)]);
  if (!value?.items.length) return null;
  return html`<section class="card refused" role="status">
    ${value.items.slice(0, SHOWN).map(
      (one) => html`<p key=${one.type} title=${said(one.detail)}>
      <${Icon} name="triangle-alert" /> <span>${t('refused', { count: one.count, type: one.type, since: moment(one.first_at) })}
      ${' '}<span class="muted">${said(one.detail)}</span></span></p>`,
    )}
  </section>`;
}
