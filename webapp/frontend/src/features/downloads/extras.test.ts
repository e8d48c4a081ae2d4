import { expect, test } from 'vitest';
import { NO_EXTRAS, readExtras } from './extras.ts';

test('what was left out is not sent', () => {
  expect(readExtras(NO_EXTRAS, false)).toEqual({ ok: true, how: {} });
});

test('times are sent in seconds', () => {
  expect(readExtras({ ...NO_EXTRAS, start: '1:30', end: ' 2:00 ' }, false)).toEqual({ ok: true, how: { start: 90, end: 120 } });
});

test.each([
  [{ start: '1m30' }, 'start', 'more.noTime'],
  [{ end: 'soon' }, 'end', 'more.noTime'],
  [{ start: '2:00', end: '1:00' }, 'end', 'more.endsFirst'],
  [{ start: '2:00', end: '2:00' }, 'end', 'more.endsFirst'],
  [{ end: '0' }, 'end', 'more.endsFirst'],
] as const)('%j is refused at its %s', (change, at, key) => {
  expect(readExtras({ ...NO_EXTRAS, ...change }, false)).toMatchObject({ ok: false, at, key });
});

test('subtitles are put into a video only', () => {
  const extras = { ...NO_EXTRAS, subtitles: ['de'] };
  expect(readExtras(extras, false)).toEqual({ ok: true, how: { subtitles: ['de'] } });
  expect(readExtras(extras, true)).toEqual({ ok: true, how: {} });
});
