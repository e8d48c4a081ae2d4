import { describe, expect, test } from 'vitest';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { applyToPages } from './query.ts';

const [newest, middle, oldest] = [makeDone(), makeDone(), makeDone()];
const pages = {
  pages: [
    { items: [newest, middle], next: 'c' },
    { items: [oldest], next: null },
  ],
  pageParams: [null, 'c'],
};

function titles(after: typeof pages): string[][] {
  return after.pages.map(({ items }) => items.map(({ id }) => id));
}

describe('the loaded pages of the library', () => {
  test('take a finished download in at the top', () => {
    const item = makeDone();
    expect(titles(applyToPages(pages, { type: 'download', item }))).toEqual([
      [item.id, newest.id, middle.id],
      [oldest.id],
    ]);
  });

  test('let a deleted one go, from whichever page', () => {
    expect(titles(applyToPages(pages, { type: 'removed', id: oldest.id }))).toEqual([
      [newest.id, middle.id],
      [],
    ]);
  });

  test('let one go that is downloaded again', () => {
    const item = makeRunning(0.1, { id: middle.id });
    expect(titles(applyToPages(pages, { type: 'download', item }))).toEqual([[newest.id], [oldest.id]]);
  });

  test('stay the same object when something else moves', () => {
    expect(applyToPages(pages, { type: 'download', item: makeDownload() })).toBe(pages);
  });
});
