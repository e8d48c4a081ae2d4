// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { readJson, writeJson } from './safe-storage.ts';
import { chooseTheme, currentTheme } from './theme.ts';

const isString = (value: unknown): value is string => typeof value === 'string';

afterEach(() => {
  vi.restoreAllMocks();
  chooseTheme('system');
});

test('what is remembered is recalled', () => {
  writeJson('session', 'key', 'value');
  expect(readJson('session', 'key', isString)).toBe('value');
});

test('a browser that forbids even to name its storage just forgets', () => {
  for (const name of ['localStorage', 'sessionStorage'] as const) {
    vi.spyOn(globalThis, name, 'get').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
  }
  writeJson('local', 'key', 'value');
  expect(readJson('local', 'key', isString)).toBeNull();
  expect(readJson('session', 'key', isString)).toBeNull();
  chooseTheme('dark');
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(currentTheme()).toBe('system');
});
