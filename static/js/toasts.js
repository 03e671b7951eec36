// Short messages at the edge of the screen.
import { said } from './i18n.js';
import { signal } from './ui.js';

const SHOWN = 6_000; // ms
const MOST = 3;

export const toasts = signal([]);
export const layers = signal([]); // the open dialogs, the last on top

// `button` is {label, press}; errors stay until they are closed.
export function toast(text, { button = null, isError = false, href = null } = {}) {
  const one = { key: Math.random(), text, button, isError, href };
  toasts.value = [...toasts.value, one].slice(-MOST);
  if (!isError) setTimeout(() => dismiss(one.key), SHOWN);
}

export function dismiss(key) {
  toasts.value = toasts.value.filter((one) => one.key !== key);
}

// Run what a button does; a refusal becomes a toast.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(said(error.message), { isError: true });
    return undefined;
  }
}
