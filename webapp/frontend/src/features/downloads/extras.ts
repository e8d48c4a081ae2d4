/** What few want of a download, as it was typed, and what becomes of it. */
import type { DownloadOptions } from '@/api/types.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import { parseTime } from './parse-time.ts';

export interface Extras {
  embed: NonNullable<DownloadOptions['embed']>;
  subtitles: NonNullable<DownloadOptions['subtitles']>;
  /** As on a player; empty for the whole. */
  start: string;
  end: string;
}

export type ExtrasReading =
  | { ok: true; how: Partial<DownloadOptions> }
  | { ok: false; at: 'start' | 'end'; key: 'more.noTime' | 'more.endsFirst'; time: string };

export const NO_EXTRAS: Extras = { embed: [], subtitles: [], start: '', end: '' };

const STORAGE_KEY = 'more-options';

type Kept = Pick<Extras, 'embed' | 'subtitles'>;

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { embed, subtitles } = value as Partial<Record<keyof Kept, unknown>>;
  return [embed, subtitles].every((list) => Array.isArray(list) && list.every((one) => typeof one === 'string'));
}

/** The user's last choice. A clip belongs to one link and is not kept. */
export function keptExtras(): Extras {
  return { ...NO_EXTRAS, ...readJson('local', STORAGE_KEY, isKept) };
}

export function keepExtras({ embed, subtitles }: Extras): void {
  writeJson('local', STORAGE_KEY, { embed, subtitles });
}

/** What is to be sent: nothing that was left out, no subtitles in a song, no time that is none. */
export function readExtras({ embed, subtitles, start, end }: Extras, audio: boolean): ExtrasReading {
  const how: Partial<DownloadOptions> = {};
  if (embed.length > 0) how.embed = embed;
  if (subtitles.length > 0 && !audio) how.subtitles = subtitles;
  for (const [at, text] of [['start', start], ['end', end]] as const) {
    if (text.trim() === '') continue;
    const seconds = parseTime(text);
    if (seconds === null) return { ok: false, at, key: 'more.noTime', time: text.trim() };
    how[at] = seconds;
  }
  if (how.end != null && how.end <= (how.start ?? 0)) return { ok: false, at: 'end', key: 'more.endsFirst', time: end.trim() };
  return { ok: true, how };
}
