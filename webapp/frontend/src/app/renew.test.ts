import { beforeEach, expect, test, vi } from 'vitest';
import { renewPage } from './renew.ts';

const reload = vi.fn();

function answer(status: number): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status })));
}

beforeEach(() => {
  reload.mockReset();
});

test('the page of a new build is fetched, once', async () => {
  answer(200);
  await renewPage(reload);
  await renewPage(reload);
  expect(reload).toHaveBeenCalledOnce();
});

test('a page whose server is away stays as it is', async () => {
  answer(503);
  await renewPage(reload);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await renewPage(reload);
  expect(reload).not.toHaveBeenCalled();
});
