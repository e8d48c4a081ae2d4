import { afterEach, expect, test, vi } from 'vitest';
import { currentNotices, dismiss } from '@/lib/notices.ts';
import { makeDone } from '@/testing/factory.ts';
import { announce } from './notify.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  for (const { id } of currentNotices()) dismiss(id);
});

test('a browser that lets no page notify, as on Android, says it on the page', () => {
  vi.stubGlobal('Notification', () => undefined); // no constructor
  announce(makeDone({ title: 'A clip' }));
  expect(currentNotices()).toMatchObject([{ tone: 'good', title: 'A clip', detail: 'Done' }]);
});
