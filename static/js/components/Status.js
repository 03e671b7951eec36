// What became of something: an icon, a word and a colour, which is never alone.
import { t } from '../i18n.js';
import { html } from '../ui.js';
import { Icon } from './Icon.js';

const LOOKS = {
  good: ['circle-check', ['success', 'active', 'working', 'ok']],
  bad: ['circle-x', ['failed', 'failing', 'disabled', 'bad', 'wrong']],
  waits: ['clock', ['pending', 'held', 'warn']],
};
const OTHERWISE = ['', ['circle-slash']];

// `status` is a word of the contract, or one of a check (ok, warn, bad, skip); `label` says it otherwise.
export function Status({ status, label = t(status), title }) {
  const [tone, [icon]] = Object.entries(LOOKS).find(([, [, those]]) => those.includes(status)) ?? OTHERWISE;
  return html`<span class="status ${tone} ${status}" title=${title}><${Icon} name=${icon} />${label}</span>`;
}
