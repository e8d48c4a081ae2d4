import { describe, expect, test } from 'vitest';
import type { Subscription } from '@/api/types.ts';
import { complaintsOf, draftOf, NEW, requestOf } from './draft.ts';

const KNOWN = {
  url: 'https://example.org/feed',
  title: 'A feed',
  schedule: { hours: null, at: ['06:00', '18:30'], zone: 'Europe/Berlin' },
  look_back: { last: null, since: '2026-01-31' },
  filters: { contains: 'news', matches: '^a', longer: 90, shorter: null, after: null, kinds: ['video'] },
  keep: { last: null, days: 7 },
  options: { format: 'mp3', resolution: 'best', folder: 'Shows' },
} as unknown as Subscription;

describe('a draft', () => {
  test('gives back what it was made of', () => {
    const { schedule, ...rest } = requestOf(draftOf(KNOWN));
    expect(rest).toEqual({
      url: KNOWN.url,
      title: 'A feed',
      look_back: { since: '2026-01-31' },
      filters: { contains: 'news', matches: '^a', longer: 90, shorter: null, after: null, kinds: ['video'] },
      keep: { days: 7 },
      options: { format: 'mp3', resolution: 'best', folder: 'Shows' },
    });
    expect(schedule.at).toEqual(['06:00', '18:30']);
  });

  test('sends nothing that was left empty', () => {
    const request = requestOf({ ...NEW, url: ' https://example.org/feed ' });
    expect(request).toMatchObject({ url: 'https://example.org/feed', title: null, schedule: { hours: 6 }, look_back: { last: 3 }, keep: {} });
    expect(request.filters).toEqual({ contains: null, matches: null, longer: null, shorter: null, after: null, kinds: [] });
  });

  test('says of folder and name only what is to differ from the profile', () => {
    const options = { profile: 'podcast', template: '{date} {title}.{ext}' };
    const draft = draftOf({ ...KNOWN, options } as Subscription);
    expect(draft).toMatchObject({ folder: '', template: options.template, options: { profile: 'podcast' } });
    expect(requestOf(draft).options).toEqual(options);
    expect(requestOf({ ...draft, template: ' ' }).options).toEqual({ profile: 'podcast' });
  });

  test('reads minutes with a comma or a point', () => {
    expect(requestOf({ ...NEW, longer: '1,5', shorter: '2.5' }).filters).toMatchObject({ longer: 90, shorter: 150 });
  });
});

test('what is wrong is told where it is', () => {
  const complaints = complaintsOf([
    { field: 'url', message: 'no link' },
    { field: 'schedule.at.0', message: 'no time' },
    { field: 'filters', message: 'longer than shorter' },
    { field: 'keep.last', message: 'too few' },
    { field: 'options.template', message: 'no field' },
    { field: 'elsewhere', message: '?' },
  ].map((each) => ({ ...each, kind: '', values: {} })));
  expect(complaints).toEqual({ url: 'no link', at: 'no time', shorter: 'longer than shorter', keepLast: 'too few', template: 'no field' });
});
