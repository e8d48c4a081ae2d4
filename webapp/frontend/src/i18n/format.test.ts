import { describe, expect, test } from 'vitest';
import { formatAge, formatBytes, formatDuration, formatPercent, formatSpeed } from './format.ts';

describe('sizes', () => {
  test.each([
    [0, 'en', '0 bytes'],
    [999, 'en', '999 bytes'],
    [1_536_000, 'en', '1.5 MB'],
    [260_000_000, 'en', '260 MB'],
    [1_536_000, 'de', '1,5 MB'],
    [5_000_000_000_000_000, 'en', '5,000 TB'],
    [999_900, 'en', '1 MB'],
    [999_960_000, 'en', '1 GB'],
  ])('%d bytes in %s are %s', (bytes, locale, text) => {
    expect(formatBytes(bytes, locale)).toBe(text);
  });

  test('a speed is a size a second', () => {
    expect(formatSpeed(1_500_000, 'en')).toBe('1.5 MB/s');
  });
});

describe('times', () => {
  test.each([
    [0, '0:00'],
    [75, '1:15'],
    [3675, '1:01:15'],
    [59.6, '1:00'],
  ])('%d s on a player are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test.each([
    [10, 'now'],
    [120, '2 minutes ago'],
    [7200, '2 hours ago'],
    [90_000, 'yesterday'],
  ])('%d s ago reads %s', (seconds, text) => {
    const now = Date.parse('2026-01-31T12:00:00Z');
    expect(formatAge(now - seconds * 1000, now, 'en')).toBe(text);
  });
});

test('a percentage is never full before the end', () => {
  expect(formatPercent(0.9999, 'en')).toBe('99%');
  expect(formatPercent(1, 'en')).toBe('100%');
});
