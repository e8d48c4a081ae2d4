// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';
import { reloadOnStaleBuild } from './reload-on-stale-build.ts';

const reload = vi.fn();
let age: number;
let how: string;

function answer(status: number): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status })));
}

beforeEach(() => {
  reload.mockReset();
  [age, how] = [60_000, 'reload'];
  vi.stubGlobal('performance', { now: () => age, getEntriesByType: () => [{ type: how }] });
  answer(200);
});

test('the page of a new build is fetched', async () => {
  await reloadOnStaleBuild(reload);
  expect(reload).toHaveBeenCalledOnce();
});

test('once is enough', async () => {
  age = 500;
  await reloadOnStaleBuild(reload);
  expect(reload).not.toHaveBeenCalled();
  how = 'navigate';
  await reloadOnStaleBuild(reload);
  expect(reload).toHaveBeenCalledOnce();
});

test('a page whose server is away stays as it is', async () => {
  answer(503);
  await reloadOnStaleBuild(reload);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await reloadOnStaleBuild(reload);
  expect(reload).not.toHaveBeenCalled();
});
