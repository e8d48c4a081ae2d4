import { expect, test } from 'vitest';
import { parseNumbers } from './parse-numbers.ts';

const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const ENGLISH = { first: 'first', last: 'last' };
const FRENCH = { first: 'premier, premiers', last: 'dernier, derniers, les derniers' };

test.each([
  ['3', [3]],
  ['1-3', [1, 2, 3]],
  ['1–2, 5', [1, 2, 5]],
  ['2 - 3', [2, 3]],
  ['8-', [8, 9, 10]],
  ['-2', [1, 2]],
  ['9-20', [9, 10]],
  ['1 3 5', [1, 3, 5]],
  [' 1,,2 ', [1, 2]],
  ['last 2', [9, 10]],
  ['Last 2', [9, 10]],
  ['last2', [9, 10]],
  ['last 20', TEN],
  ['first 2', [1, 2]],
  ['1-2, last 1', [1, 2, 10]],
  ['last 1, 4', [10, 4]],
  ['first 1 last 1', [1, 10]],
])('%j means those of ten', (text, expected) => {
  expect([...(parseNumbers(text, TEN, ENGLISH) ?? [])]).toEqual(expected);
});

test.each(['', 'all', '3-1', '-', '11', '1-2-3', '0', 'last', 'last 0', 'first 0', 'last -2', 'blast 2'])('%j means none of ten', (text) => {
  expect(parseNumbers(text, TEN, ENGLISH)).toBeNull();
});

test.each([
  ['derniers 2', [9, 10]],
  ['2 derniers', [9, 10]],
  ['les derniers 2', [9, 10]],
  ['1 premier, 1 dernier', [1, 10]],
])('%j is read in the words of another language', (text, expected) => {
  expect([...(parseNumbers(text, TEN, FRENCH) ?? [])]).toEqual(expected);
});

test('the first and the last are those in the order in which they are shown; numbers stay those of the list', () => {
  const shown = TEN.toReversed();
  expect([...(parseNumbers('first 2', shown, ENGLISH) ?? [])]).toEqual([10, 9]);
  expect([...(parseNumbers('last 2', shown, ENGLISH) ?? [])]).toEqual([2, 1]);
  expect([...(parseNumbers('2-3', shown, ENGLISH) ?? [])]).toEqual([3, 2]);
});
