import { expect, test } from 'vitest';
import { parseTime } from './parse-time.ts';

test.each([
  ['75', 75],
  ['1:15', 75],
  ['1:01:15', 3675],
  ['0:01.5', 1.5],
  [' 2:00 ', 120],
  ['', null],
  ['1:75', null],
  ['1:2:3:4', null],
  ['-1', null],
  ['soon', null],
])('%j is %j seconds', (text, seconds) => {
  expect(parseTime(text)).toBe(seconds);
});
