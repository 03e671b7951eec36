// An icon of Lucide, from the sprite that tools/vendor.sh makes; `label` names one that stands without a word.
import { apiClient } from '../client.js';
import { persist } from '../lib/persist.js';
import { html } from '../ui.js';

// Put into the page once: a <use> of another file asks the server again for each row that comes.
persist(() => apiClient.request('GET', '/vendor/lucide.svg', { token: null, as: 'text' })).then((sprite) =>
  document.body.insertAdjacentHTML('beforeend', `<div hidden>${sprite}</div>`),
);

export function Icon({ name, label }) {
  const said = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  return html`<svg class="icon" ...${said}><use href="#${name}" /></svg>`;
}
