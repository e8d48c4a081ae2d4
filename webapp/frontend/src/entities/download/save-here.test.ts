// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeDone, makeRunning } from '@/testing/factory.ts';
import { setPreference } from '@/stores/preferences.ts';
import type { BackendEvent } from '@/api/event-stream.ts';
import { noteToSave, saveHereWhenDone } from './save-here.ts';

const heard = vi.hoisted(() => ({ listeners: [] as ((event: BackendEvent) => void)[] }));
vi.mock('@/api/event-stream.ts', () => ({
  onBackendEvent: (listener: (event: BackendEvent) => void) => heard.listeners.push(listener),
}));

const saved: string[] = [];

function tell(event: BackendEvent): void {
  for (const listener of heard.listeners) listener(event);
}

beforeEach(() => {
  heard.listeners = [];
  saved.length = 0;
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('what was added here is saved once when it is done, in one of several tabs', async () => {
  setPreference('saveHere', true);
  saveHereWhenDone();
  saveHereWhenDone(); // another tab
  noteToSave([makeRunning(0, { id: 'mine' })], []);
  tell({ type: 'download', item: makeRunning(0.5, { id: 'mine' }) });
  expect(saved).toEqual([]);
  tell({ type: 'download', item: makeDone({ id: 'mine' }) });
  tell({ type: 'download', item: makeDone({ id: 'of another device' }) });
  tell({ type: 'download', item: makeDone({ id: 'mine' }) });
  await vi.waitFor(() => {
    expect(saved).toEqual(['A clip.mp4']);
  });
});

test('what ended while the page was closed is saved at the next visit', async () => {
  setPreference('saveHere', true);
  noteToSave([makeRunning(0, { id: 'mine' })], []);
  saveHereWhenDone();
  tell({ type: 'snapshot', items: [makeDone({ id: 'mine' }), makeDone()] });
  await vi.waitFor(() => {
    expect(saved).toEqual(['A clip.mp4']);
  });
});

test('what is done before its request was answered is saved too', async () => {
  setPreference('saveHere', true);
  saveHereWhenDone();
  const done = makeDone({ id: 'mine' });
  tell({ type: 'download', item: done });
  noteToSave([makeRunning(0, { id: 'mine' })], [done, makeDone({ id: 'of another device' })]);
  await vi.waitFor(() => {
    expect(saved).toEqual(['A clip.mp4']);
  });
});

test('nothing is saved unless that is wanted, nor what has been removed', async () => {
  saveHereWhenDone();
  noteToSave([makeRunning(0, { id: 'early' })], []);
  setPreference('saveHere', true);
  noteToSave([makeRunning(0, { id: 'removed' }), makeRunning(0, { id: 'last' })], []);
  tell({ type: 'removed', id: 'removed' });
  tell({ type: 'snapshot', items: ['early', 'removed', 'last'].map((id) => makeDone({ id, file: { name: id, bytes: 1, mime: 'video/mp4', playable: true, missing: false } })) });
  await vi.waitFor(() => {
    expect(saved).toEqual(['last']);
  });
});
