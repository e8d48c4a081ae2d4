// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { attention } from './attention.ts';
import { dismissToast, showToast, toasts } from './toasts.ts';

afterEach(() => {
  for (const { id } of toasts.get()) dismissToast(id);
});

test('a toast that asks for something is not pushed out by those that do not', () => {
  const action = { label: 'Download again', run: () => undefined };
  showToast({ tone: 'bad', title: 'known', action });
  for (const title of ['one', 'two', 'three', 'four']) showToast({ tone: 'bad', title });
  expect(toasts.get().map(({ title }) => title)).toEqual(['known', 'three', 'four']);
});

test('what can be taken back is pushed out by nothing', () => {
  const gone: string[] = [];
  for (const title of ['one', 'two', 'three', 'four']) {
    showToast({ tone: 'good', title, action: { label: 'Undo', run: () => undefined }, onDismiss: () => gone.push(title) });
  }
  expect(toasts.get().map(({ title }) => title)).toEqual(['one', 'two', 'three', 'four']);
  expect(gone).toEqual([]);
});

test('a toast goes away by itself, but not from under whoever is at it, nor while the page is hidden', () => {
  vi.useFakeTimers();
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(false);
  showToast({ tone: 'good', title: 'one' });
  attention.set(true);
  vi.advanceTimersByTime(60_000);
  expect(toasts.get()).toHaveLength(1);
  attention.set(false);
  hidden.mockReturnValue(true);
  document.dispatchEvent(new Event('visibilitychange'));
  vi.advanceTimersByTime(60_000);
  expect(toasts.get()).toHaveLength(1);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  vi.advanceTimersByTime(60_000);
  expect(toasts.get()).toEqual([]);
  vi.useRealTimers();
});
