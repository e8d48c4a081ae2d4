import { expect, test } from 'vitest';
import type { Preview } from '@/api/types.ts';
import { audioChoices, nameOfLanguage, subtitleChoices } from './languages.ts';

const preview = (part: Partial<Preview>): Preview => ({ entries: [], audio: [], subtitles: [], ...part }) as unknown as Preview;

test('a language is named in the language of the reader, and by its code where it has no name', () => {
  expect(nameOfLanguage('pt_BR', 'en')).toBe('Brazilian Portuguese');
  expect(nameOfLanguage('de', 'fr')).toBe('Allemand');
  expect(nameOfLanguage('orig_1', 'en')).toBe('orig_1');
});

test('the tracks of a medium are offered as the site calls them, with the one that was chosen before', () => {
  const tracks = [
    { id: 'en', language: 'en', name: null, described: false, default: true },
    { id: 'en+ad', language: 'en', name: 'English AD', described: true, default: false },
  ];
  expect([...audioChoices(preview({ audio: tracks }), 'fr', 'en')]).toEqual([
    ['en', 'English'], ['en+ad', 'English AD'], ['fr', 'French'],
  ]);
});

test('before a link is known the usual languages are offered', () => {
  expect(audioChoices(null, null, 'en').get('ja')).toBe('Japanese');
  expect(subtitleChoices(null, 'gsw')).toContain('gsw');
  expect(subtitleChoices(preview({ subtitles: ['da'] }), undefined)).toEqual(['da']);
});
