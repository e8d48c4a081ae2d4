/** What a finished download lacks, and can still get. */
import type { Download } from '@/api/types.ts';

/** Whether a retry fetches only what is missing: a subtitle, a thumbnail. As the backend judges it. */
export function canBeCompleted({ state, file, notes }: Download): boolean {
  return state === 'done' && file?.missing === false && notes.some(({ kind }) => kind.startsWith('incomplete') || kind.startsWith('missing-'));
}
