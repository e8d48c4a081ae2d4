/**
 * Saves to this device what this browser has asked for, as soon as it is done.
 *
 * What is still to be saved is noted in the browser's storage: the page may be closed meanwhile, and of
 * several tabs the one that takes a note off the list saves the file.
 */
import { onBackendEvent } from '@/api/event-stream.ts';
import type { Download } from '@/api/types.ts';
import { getPreference } from '@/stores/preferences.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import { saveFiles } from './save-files.ts';

const STORAGE_KEY = 'to-save';
const MAX_NOTED = 1000;

function isIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string');
}

function noted(): string[] {
  return readJson('local', STORAGE_KEY, isIds) ?? [];
}

function keep(ids: readonly string[]): void {
  if (ids.length !== noted().length) writeJson('local', STORAGE_KEY, ids.slice(-MAX_NOTED));
}

/** To be saved when they are done, if that is wanted; one of those that are `listed` may be so before its request was answered. */
export function noteToSave(downloads: readonly Download[], listed: readonly Download[]): void {
  if (!getPreference('saveHere')) return;
  keep([...noted(), ...downloads.map(({ id }) => id)]);
  void saveDone(listed);
}

/** One tab at a time; browsers offer locks only where the page came securely or from this machine. */
async function alone(work: () => void): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request(STORAGE_KEY, work);
  else work();
}

async function saveDone(downloads: readonly Download[]): Promise<void> {
  const due = downloads.filter(({ state, file }) => state === 'done' && file?.missing === false);
  const isDue = (ids: readonly string[]) => due.filter(({ id }) => ids.includes(id));
  if (isDue(noted()).length === 0) return;
  let taken: Download[] = [];
  await alone(() => {
    const ids = noted();
    taken = isDue(ids);
    keep(ids.filter((id) => !taken.some((one) => one.id === id)));
  });
  await saveFiles(taken);
}

export function saveHereWhenDone(): void {
  onBackendEvent((event) => {
    if (event.type === 'removed') keep(noted().filter((id) => id !== event.id));
    else if (getPreference('saveHere')) void saveDone(event.type === 'snapshot' ? event.items : [event.item]);
  });
}
