// What else can be done, behind ⋯: beside its button, on a phone a sheet from below; over everything.
import { html, useRef } from '../ui.js';
import { Icon } from './Icon.js';

const GAP = 4; // px

export function MenuOf({ label, children }) {
  const [button, menu] = [useRef(null), useRef(null)];
  function place({ newState }) {
    if (newState !== 'open') return;
    const { bottom, top, right } = button.current.getBoundingClientRect();
    const { offsetHeight: height, style } = menu.current;
    const isBelow = bottom + GAP + height < innerHeight;
    style.setProperty('--top', `${isBelow ? bottom + GAP : top - GAP - height}px`);
    style.setProperty('--right', `${document.documentElement.clientWidth - right}px`);
  }
  const toggle = () => menu.current.togglePopover();
  return html`<button type="button" class="quiet square opener" ref=${button} aria-haspopup="true" aria-label=${label} onClick=${toggle}><${Icon} name="ellipsis" /></button>
    <div class="menu-sheet beside" ref=${menu} popover="auto" onToggle=${place} onClick=${() => menu.current.hidePopover()}>${children}</div>`;
}
