/** All downloads as a few figures. */
import type { Download } from '@/api/types.ts';

export interface Totals {
  running: number;
  queued: number;
  paused: number;
  failed: number;
  /** Bytes/s of all together. */
  speed: number;
  /** Seconds until what runs is there, as far as sizes and speed are known. */
  left: number | null;
  /** 0 to 1 of all bytes of what runs; null while no size is known. */
  fraction: number | null;
}

/** What runs, as bytes that have come and are still to come. */
function bytesOf(running: readonly Download[]): { done: number; total: number } {
  const sized = running.flatMap(({ progress }) => (progress?.total == null ? [] : [{ done: progress.bytes, total: progress.total }]));
  return {
    done: sized.reduce((sum, { done }) => sum + done, 0),
    total: sized.reduce((sum, { total }) => sum + total, 0),
  };
}

export function totalsOf(items: readonly Download[]): Totals {
  const count = (state: Download['state']): number => items.filter((item) => item.state === state).length;
  const running = items.filter(({ state }) => state === 'running');
  const speed = running.reduce((sum, { progress }) => sum + (progress?.speed ?? 0), 0);
  const { done, total } = bytesOf(running);
  return {
    running: running.length,
    queued: count('queued'),
    paused: count('paused'),
    failed: count('failed'),
    speed,
    left: speed > 0 && total > 0 ? Math.max(0, total - done) / speed : null,
    fraction: total > 0 ? Math.min(1, done / total) : null,
  };
}
