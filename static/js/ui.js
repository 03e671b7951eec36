// Preact, htm and signals as the rest of the page uses them.
import { h, render } from '../vendor/preact.js';
import htm from '../vendor/htm.js';

export const html = htm.bind(h);
export { render };
export { useEffect, useRef, useState } from '../vendor/preact-hooks.js';
export { batch, computed, effect, signal } from '../vendor/signals.js';
