import { expect, test } from 'vitest';
import { makeDone, makeDownload } from '@/testing/factory.ts';
import { canBeCompleted } from './completion.ts';

const note = (kind: string) => ({ kind, sentence: 'It is missing.', fix: 'Retry.', values: {} });

test('what is missing can be fetched of a file that is there, and nothing else', () => {
  const done = makeDone();
  expect(canBeCompleted(done)).toBe(false);
  expect(canBeCompleted({ ...done, notes: [note('sponsorblock')] })).toBe(false);
  expect(canBeCompleted({ ...done, notes: [note('sponsorblock'), note('missing-subtitles')] })).toBe(true);
  expect(canBeCompleted({ ...done, notes: [note('incomplete')] })).toBe(true);
  expect(canBeCompleted({ ...done, notes: [note('incomplete-pieces')] })).toBe(true);
  expect(canBeCompleted(makeDownload({ state: 'failed', notes: [note('missing-thumbnail')] }))).toBe(false);
});
