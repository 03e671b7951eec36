// The icon of the tab in its states, as data: one of them is for when the server cannot be reached.

const draw = (shapes) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${shapes}</svg>`,
  )}`;
const square = (colour) => `<rect width="32" height="32" rx="8" fill="${colour}"/>`;
const mark = `${square('#3b5bdb')}<circle cx="16" cy="16" r="6" fill="#fff"/>`;

export const ICONS = {
  icon: draw(mark),
  unread: draw(`${mark}<circle cx="25" cy="7" r="7" fill="#e8590c"/>`),
  offline: draw(`${square('#868e96')}<path d="M10 10l12 12M22 10L10 22" stroke="#fff" stroke-width="4"/>`),
};
