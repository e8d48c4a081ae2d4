import { expect, test } from 'vitest';
import { parseNumbers } from './parse-numbers.ts';

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
])('%j means those of ten', (text, expected) => {
  expect([...(parseNumbers(text, 10) ?? [])]).toEqual(expected);
});

test.each(['', 'all', '3-1', '-', '11', '1-2-3', '0'])('%j means none of ten', (text) => {
  expect(parseNumbers(text, 10)).toBeNull();
});
