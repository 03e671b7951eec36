// What else can be done, behind ⋯: beside its button (css/webhooks.css), on a phone a sheet from below.
import { html, Icon } from './parts.js';

export const MenuOf = ({ id, label, children }) => html`<button type="button" class="quiet square opener"
    popovertarget="menu-${id}" aria-haspopup="true" aria-label=${label}><${Icon} name="ellipsis" /></button>
  <div class="menu-sheet beside" id="menu-${id}" popover="auto"
    onClick=${(event) => event.currentTarget.hidePopover()}>${children}</div>`;
