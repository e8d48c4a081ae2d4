import { afterEach, expect, test } from 'vitest';
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
