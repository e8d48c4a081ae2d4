// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { applyToPages, type LibraryFilter, type Pages } from './library-query.ts';

const [newest, middle, oldest] = [makeDone(), makeDone(), makeDone()];
const pages = {
  pages: [
    { items: [newest, middle], next: 'c', total: 3, as_of: '' },
    { items: [oldest], next: null, total: null, as_of: '' },
  ],
  pageParams: [null, 'c'],
};

const ALL: LibraryFilter = { q: '', kind: 'all', sort: 'newest' };

function titles(after: Pages | null): string[][] | undefined {
  return after?.pages.map(({ items }) => items.map(({ id }) => id));
}

describe('the loaded pages of the library', () => {
  test('take a finished download in at the top', () => {
    const item = makeDone();
    expect(titles(applyToPages(pages, ALL, { type: 'download', item }))).toEqual([
      [item.id, newest.id, middle.id],
      [oldest.id],
    ]);
  });

  test('know how many there are on all pages', () => {
    const total = (event: Parameters<typeof applyToPages>[2]) => applyToPages(pages, ALL, event)?.pages[0]?.total;
    expect(total({ type: 'download', item: makeDone() })).toBe(4);
    expect(total({ type: 'removed', id: oldest.id })).toBe(2);
    expect(total({ type: 'download', item: { ...middle, title: 'Renamed' } })).toBe(3);
    expect(total({ type: 'removed', id: 'of another list' })).toBe(3);
  });

  test('let a deleted one go, from whichever page', () => {
    expect(titles(applyToPages(pages, ALL, { type: 'removed', id: oldest.id }))).toEqual([
      [newest.id, middle.id],
      [],
    ]);
  });

  test('let one go that is downloaded again', () => {
    const item = makeRunning(0.1, { id: middle.id });
    expect(titles(applyToPages(pages, ALL, { type: 'download', item }))).toEqual([[newest.id], [oldest.id]]);
  });

  test('stay the same object when something else moves', () => {
    expect(applyToPages(pages, ALL, { type: 'download', item: makeDownload() })).toBe(pages);
  });

  test('take in only what is of their kind', () => {
    const item = makeDone({ format: 'mp3' });
    expect(applyToPages(pages, { ...ALL, kind: 'video' }, { type: 'download', item })).toBe(pages);
    expect(titles(applyToPages(pages, { ...ALL, kind: 'audio' }, { type: 'download', item }))).toEqual([
      [item.id, newest.id, middle.id],
      [oldest.id],
    ]);
  });

  test.each([{ sort: 'title' as const }, { sort: 'oldest' as const }, { q: 'clip' }])(
    'leave the place of something new to the backend when they are cut by %o',
    (other) => {
      const filter = { ...ALL, ...other };
      expect(applyToPages(pages, filter, { type: 'download', item: makeDone() })).toBeNull();
      const item = { ...middle, title: 'Changed' };
      expect(applyToPages(pages, filter, { type: 'download', item })?.pages[0]?.items[1]).toBe(item);
    },
  );
});
