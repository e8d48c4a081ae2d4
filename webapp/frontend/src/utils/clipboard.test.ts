// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { copyText } from './clipboard.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a text is written to the clipboard', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await copyText('https://example.org')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('https://example.org');
});

test('over plain HTTP it is copied by selecting it, and what cannot be copied is said', async () => {
  vi.stubGlobal('navigator', {});
  const copied: string[] = [];
  let works = true;
  const execCommand = (): boolean => {
    copied.push(document.querySelector('textarea')?.value ?? '');
    return works;
  };
  Object.assign(document, { execCommand });
  expect(await copyText('https://example.org')).toBe(true);
  expect(copied).toEqual(['https://example.org']);
  expect(document.querySelector('textarea')).toBeNull();
  works = false;
  expect(await copyText('https://example.org')).toBe(false);
});

test('the field that is selected for it lies where the focus is, which stays there', async () => {
  vi.stubGlobal('navigator', {});
  document.body.innerHTML = '<p>Page</p><div role="dialog"><button>Copy</button></div>';
  const button = document.querySelector('button');
  button?.focus();
  const within: (Element | null | undefined)[] = [];
  Object.assign(document, { execCommand: () => within.push(document.activeElement?.closest('[role=dialog]')) > 0 });
  expect(await copyText('https://example.org')).toBe(true);
  expect(within).toEqual([document.querySelector('[role=dialog]')]);
  expect(button).toHaveFocus();
});
