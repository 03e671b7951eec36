// Light or dark: as the system has it, until somebody chooses.
import { device } from './lib/storage.js';
import { effect, signal } from './ui.js';

const KEPT = 'bedolaga.theme';
const THEMES = ['light', 'dark'];
const system = matchMedia('(prefers-color-scheme: dark)');
const systems = () => (system.matches ? 'dark' : 'light');

const kept = device.get(KEPT);
const isChosen = signal(THEMES.includes(kept));
export const theme = signal(isChosen.value ? kept : systems());

system.addEventListener('change', () => {
  if (!isChosen.value) theme.value = systems();
});
effect(() => {
  if (isChosen.value) document.documentElement.dataset.theme = theme.value;
});

export function switchTheme() {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  isChosen.value = true;
  device.set(KEPT, theme.value);
}
