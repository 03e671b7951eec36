// The shape of what is on its way; it shows only when that takes longer than 150 ms.
import { html } from '../ui.js';

export function Skeleton({ rows = 6 }) {
  return html`<div class="skeleton" aria-hidden="true">${Array.from({ length: rows }, (_, index) => html`<span key=${index}></span>`)}</div>`;
}
