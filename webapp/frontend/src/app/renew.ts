/** A part of the app that is gone belonged to an older build: the page of the new one knows its parts. */
import { recall, remember } from '@/lib/storage.ts';

const STORAGE_KEY = 'reloaded';
const OFTEN = 10_000; // milliseconds

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Whether the server is there: to reload without it would lose the page that is open. */
async function canBeHad(): Promise<boolean> {
  try {
    return (await fetch('/', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

export async function renewPage(reload: () => void): Promise<void> {
  const last = recall(sessionStorage, STORAGE_KEY, isNumber) ?? 0;
  if (Date.now() - last < OFTEN) return; // it did not help
  if (!(await canBeHad())) return;
  remember(sessionStorage, STORAGE_KEY, Date.now());
  reload();
}
