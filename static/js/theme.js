// Light or dark: as the system has it, until somebody chooses; early.js shows what was chosen before.
import { device } from './lib/storage.js';
import { signal } from './ui.js';

const KEPT = 'bedolaga.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const { dataset } = document.documentElement;

const shown = () => dataset.theme ?? (system.matches ? 'dark' : 'light');
export const theme = signal(shown());

system.addEventListener('change', () => {
  theme.value = shown();
});

export function switchTheme() {
  dataset.theme = theme.value === 'dark' ? 'light' : 'dark';
  theme.value = shown();
  device.set(KEPT, theme.value);
}
