/** Documents as the backend sends them, for tests. */
import type { Download } from '@/api/types.ts';

let last = 0;

export function makeDownload(change: Partial<Download> = {}): Download {
  last += 1;
  return {
    id: `id-${last.toString()}`,
    url: 'https://example.org/clip.mp4',
    platform: 'example.org',
    title: 'A clip',
    uploader: null,
    duration: null,
    thumbnail: false,
    format: 'mp4',
    resolution: 'best',
    state: 'queued',
    position: null,
    progress: null,
    error: null,
    notes: [],
    attempt: 1,
    live: false,
    file: null,
    created: '2026-01-31T12:00:00.000Z',
    started: null,
    finished: null,
    ...change,
  };
}

export function makeRunning(fraction: number, change: Partial<Download> = {}): Download {
  return makeDownload({
    state: 'running',
    progress: {
      stage: 'downloading',
      bytes: fraction * 2_000_000,
      total: 2_000_000,
      fraction,
      speed: 500_000,
      eta: 75,
    },
    ...change,
  });
}

export function makeDone(change: Partial<Download> = {}): Download {
  return makeDownload({
    state: 'done',
    file: { name: 'A clip.mp4', bytes: 2_000_000, mime: 'video/mp4', playable: true, missing: false },
    finished: '2026-01-31T12:01:00.000Z',
    ...change,
  });
}
