/** Light, dark, or as the device has it. `index.html` applies the choice before the first paint. */
import { readText, writeText } from './safe-storage.ts';

export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'theme';

export function currentTheme(): Theme {
  const stored = readText('local', STORAGE_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function chooseTheme(theme: Theme): void {
  writeText('local', STORAGE_KEY, theme === 'system' ? null : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
