import { expect, test } from 'vitest';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { totalsOf } from './totals.ts';

test('of nothing there is nothing to tell', () => {
  expect(totalsOf([])).toEqual({ running: 0, queued: 0, paused: 0, failed: 0, speed: 0, left: null, fraction: null });
});

test('what runs is added up: bytes, speed, and the time that is left', () => {
  const items = [
    makeRunning(0.5), // 1 of 2 MB at 0.5 MB/s
    makeRunning(0),
    makeDownload(),
    makeDownload({ state: 'paused' }),
    makeDownload({ state: 'failed' }),
    makeDone(),
  ];
  expect(totalsOf(items)).toEqual({ running: 2, queued: 1, paused: 1, failed: 1, speed: 1_000_000, left: 3, fraction: 0.25 });
});

test('a size that is not known leaves the rest as it is', () => {
  const unknown = makeRunning(0);
  const items = [{ ...unknown, progress: unknown.progress && { ...unknown.progress, total: null } }];
  expect(totalsOf(items)).toMatchObject({ speed: 500_000, left: null, fraction: null });
});
