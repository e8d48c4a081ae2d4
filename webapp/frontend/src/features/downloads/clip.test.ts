import { expect, test } from 'vitest';
import { WHOLE, readClip } from './clip.ts';

test('what was left out is not sent', () => {
  expect(readClip(WHOLE)).toEqual({ ok: true, how: {} });
});

test('times are sent in seconds', () => {
  expect(readClip({ start: '1:30', end: ' 2:00 ' })).toEqual({ ok: true, how: { start: 90, end: 120 } });
});

test.each([
  [{ start: '1m30' }, 'start', 'more.noTime'],
  [{ end: 'soon' }, 'end', 'more.noTime'],
  [{ start: '2:00', end: '1:00' }, 'end', 'more.endsFirst'],
  [{ start: '2:00', end: '2:00' }, 'end', 'more.endsFirst'],
  [{ end: '0' }, 'end', 'more.endsFirst'],
] as const)('%j is refused at its %s', (change, at, key) => {
  expect(readClip({ ...WHOLE, ...change })).toMatchObject({ ok: false, at, key });
});
