/** What is being played: any list may start it, the app shows one player. */
import { useSyncExternalStore } from 'react';
import type { Download } from './types.ts';

let playing: Download | null = null;
const listeners = new Set<() => void>();

export function isPlayable({ file }: Download): boolean {
  return file !== null && file.playable && !file.missing;
}

export function play(download: Download | null): void {
  playing = download;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePlaying(): Download | null {
  return useSyncExternalStore(subscribe, () => playing);
}
