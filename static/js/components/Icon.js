// An icon of Lucide, from the sprite that tools/vendor.sh makes; `label` names one that stands without a word.
import { html } from '../ui.js';

export function Icon({ name, label }) {
  const said = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  return html`<svg class="icon" ...${said}><use href="vendor/lucide.svg#${name}" /></svg>`;
}
