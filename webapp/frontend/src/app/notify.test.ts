// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { makeDone } from '@/testing/factory.ts';
import { announce } from './notify.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  for (const { id } of toasts.get()) dismissToast(id);
});

test('a browser that lets no page notify, as on Android, says it on the page', () => {
  vi.stubGlobal('Notification', () => undefined); // no constructor
  announce(makeDone({ title: 'A clip' }));
  expect(toasts.get()).toMatchObject([{ tone: 'good', title: 'A clip', detail: 'Done' }]);
});
