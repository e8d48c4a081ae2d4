/** The part of a medium that is wanted, as it was typed, and what becomes of it. It belongs to one link. */
import type { DownloadOptions } from '@/api/types.ts';
import { parseTime } from './parse-time.ts';

/** As on a player; empty for the whole. */
export interface Clip {
  start: string;
  end: string;
}

export type ClipReading =
  | { ok: true; how: Pick<DownloadOptions, 'start' | 'end'> }
  | { ok: false; at: 'start' | 'end'; key: 'more.noTime' | 'more.endsFirst'; time: string };

export const WHOLE: Clip = { start: '', end: '' };

/** What is to be sent: nothing that was left out, no time that is none. */
export function readClip({ start, end }: Clip): ClipReading {
  const how: Pick<DownloadOptions, 'start' | 'end'> = {};
  for (const [at, text] of [['start', start], ['end', end]] as const) {
    if (text.trim() === '') continue;
    const seconds = parseTime(text);
    if (seconds === null) return { ok: false, at, key: 'more.noTime', time: text.trim() };
    how[at] = seconds;
  }
  if (how.end != null && how.end <= (how.start ?? 0)) return { ok: false, at: 'end', key: 'more.endsFirst', time: end.trim() };
  return { ok: true, how };
}
