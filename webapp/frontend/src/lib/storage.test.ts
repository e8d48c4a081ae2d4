import { afterEach, expect, test, vi } from 'vitest';
import { recall, remember } from './storage.ts';
import { chooseTheme, currentTheme } from './theme.ts';

const isString = (value: unknown): value is string => typeof value === 'string';

afterEach(() => {
  vi.restoreAllMocks();
  chooseTheme('system');
});

test('what is remembered is recalled', () => {
  remember('session', 'key', 'value');
  expect(recall('session', 'key', isString)).toBe('value');
});

test('a browser that forbids even to name its storage just forgets', () => {
  for (const name of ['localStorage', 'sessionStorage'] as const) {
    vi.spyOn(globalThis, name, 'get').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
  }
  remember('local', 'key', 'value');
  expect(recall('local', 'key', isString)).toBeNull();
  expect(recall('session', 'key', isString)).toBeNull();
  chooseTheme('dark');
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(currentTheme()).toBe('system');
});
