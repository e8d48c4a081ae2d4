/** What is being played: any list may start it, the app shows one player. */
import type { Download } from '@/api/types.ts';
import { createStore } from '@/utils/store.ts';

/** null while nothing plays. */
export const playing = createStore<Download | null>(null);

export function isPlayable({ file }: Download): boolean {
  return file !== null && file.playable && !file.missing;
}
