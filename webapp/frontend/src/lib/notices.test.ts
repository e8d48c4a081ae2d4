import { afterEach, expect, test } from 'vitest';
import { currentNotices, dismiss, say } from './notices.ts';

afterEach(() => {
  for (const { id } of currentNotices()) dismiss(id);
});

test('a notice that asks for something is not pushed out by those that do not', () => {
  const action = { label: 'Download again', run: () => undefined };
  say({ tone: 'bad', title: 'known', action });
  for (const title of ['one', 'two', 'three', 'four']) say({ tone: 'bad', title });
  expect(currentNotices().map(({ title }) => title)).toEqual(['known', 'three', 'four']);
});
