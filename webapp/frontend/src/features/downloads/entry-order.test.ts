import { expect, test } from 'vitest';
import { inOrder, ordersOf, type EntryOrder } from './entry-order.ts';

const listed = (dates: readonly (string | null)[]) => dates.map((date, at) => ({ url: `https://example.org/${at.toString()}`, date }));

test.each<[EntryOrder, readonly (string | null)[], readonly number[]]>([
  ['list', ['2026-01-02', '2026-03-01', '2026-02-01'], [1, 2, 3]],
  ['newest', ['2026-01-02', '2026-03-01', '2026-02-01'], [2, 3, 1]],
  ['oldest', ['2026-01-02', '2026-03-01', '2026-02-01'], [1, 3, 2]],
  ['newest', ['2026-01-01', '2026-01-02', '2026-01-02'], [3, 2, 1]],
  ['newest', ['2026-01-02', '2026-01-02', '2026-01-01'], [1, 2, 3]],
  ['oldest', ['2026-01-02', '2026-01-02', '2026-01-01'], [3, 2, 1]],
  ['newest', ['2026-01-01', '2026-01-01'], [2, 1]],
  ['reversed', ['2026-01-01', null], [2, 1]],
  ['newest', ['2026-01-01', null], [1, 2]],
  ['newest', [], []],
])('%s: %j', (order, dates, expected) => {
  expect(inOrder(listed(dates), order).map(({ at }) => at)).toEqual(expected);
});

test('newest and oldest are offered only where every entry has a date', () => {
  expect(ordersOf(listed(['2026-01-01', '2026-01-02']))).toEqual(['list', 'newest', 'oldest']);
  expect(ordersOf(listed(['2026-01-01', null]))).toEqual(['list', 'reversed']);
});
