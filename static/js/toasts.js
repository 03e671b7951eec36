// Short messages at the edge of the screen.
import { signal } from './ui.js';

const SHOWN = 6_000; // ms
const MOST = 3; // of errors, and of the others: news push out no error

export const toasts = signal([]);
export const layers = signal([]); // the open dialogs, the last on top

// `text` may be a sentence of the server; `button` is {label, press}; errors stay until they are closed.
export function toast(text, { button = null, isError = false, href = null } = {}) {
  const key = Math.random();
  const all = [...toasts.value, { key, text, button, isError, href }];
  const over = all.filter((one) => one.isError === isError).slice(0, -MOST);
  toasts.value = all.filter((one) => !over.includes(one));
  if (!isError) setTimeout(dismiss, SHOWN, key);
}

export function dismiss(key) {
  toasts.value = toasts.value.filter((one) => one.key !== key);
}

// A refusal becomes a toast.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message, { isError: true });
    return undefined;
  }
}
