import { afterEach, expect, test, vi } from 'vitest';
import type { BackendEvent } from '@/api/event-stream.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';

const listeners = vi.hoisted(() => new Set<(event: BackendEvent) => void>());
vi.mock('@/api/event-stream.ts', () => ({
  onBackendEvent: (listener: (event: BackendEvent) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
}));
const { onFinished } = await import('./on-finished.ts');

const at = (second: number): string => `2026-01-31T12:00:0${second.toString()}.000Z`;
const failedAt = (second: number, id: string) => makeDownload({ id, state: 'failed', finished: at(second) });

/** Hears the events and returns the ids of what was told as ended. */
function heard(...events: BackendEvent[]): string[] {
  const told: string[] = [];
  onFinished(({ id }) => told.push(id));
  for (const event of events) listeners.forEach((listener) => {
    listener(event);
  });
  return told;
}
const snapshot = (...items: ReturnType<typeof makeDownload>[]): BackendEvent => ({ type: 'snapshot', items });
const changed = (item: ReturnType<typeof makeDownload>): BackendEvent => ({ type: 'download', item });

afterEach(() => {
  listeners.clear();
});

test('what was under way and ends is told, once', () => {
  const end = makeDone({ id: 'a', finished: at(3) });
  expect(heard(snapshot(makeRunning(0.5, { id: 'a' })), changed(end), changed(end))).toEqual(['a']);
});

test('what fails so soon that nothing else was heard of it is told, once', () => {
  const failed = failedAt(2, 'a');
  expect(heard(snapshot(failedAt(1, 'old')), changed(failed), changed(failed))).toEqual(['a']);
});

test('the first of all to fail at once is told', () => {
  expect(heard(snapshot(), changed(failedAt(2, 'a')))).toEqual(['a']);
});

test('a retry that fails at once again is told again', () => {
  expect(heard(snapshot(), changed(failedAt(2, 'a')), changed(failedAt(3, 'a')))).toEqual(['a', 'a']);
});

test('what began and ended while the connection was lost is told by the next snapshot', () => {
  expect(heard(snapshot(), snapshot(failedAt(2, 'a')))).toEqual(['a']);
});

test('what ended before the page was opened is not', () => {
  const [old, older] = [failedAt(2, 'old'), failedAt(1, 'older')];
  expect(heard(snapshot(old), changed(old), changed(older), snapshot(old))).toEqual([]);
});

test('what somebody cancelled is not', () => {
  const cancelled = makeDownload({ id: 'a', state: 'cancelled', finished: at(2) });
  expect(heard(snapshot(makeRunning(0.5, { id: 'a' })), changed(cancelled))).toEqual([]);
});

test('what ended after another server put its clock back is told if it was under way', () => {
  const running = makeRunning(0.5, { id: 'a' });
  expect(heard(snapshot(failedAt(5, 'old'), running), changed(failedAt(2, 'a')))).toEqual(['a']);
});
