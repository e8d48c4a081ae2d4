import { afterEach, describe, expect, test } from 'vitest';
import en from './locales/en.json';
import { speak, translate } from './translate.ts';

afterEach(() => {
  speak('en', en);
});

describe('a text', () => {
  test('has its values in it', () => {
    expect(translate('progress.ofTotal', { done: '1 MB', total: '2 MB' })).toBe('1 MB of 2 MB');
  });

  test.each([
    [0, '0 links'],
    [1, '1 link'],
    [2, '2 links'],
  ])('has the form of its number: %i', (count, text) => {
    expect(translate('composer.links', { count })).toBe(text);
  });

  test('has the forms of its language', () => {
    speak('fr', { composer: { links_one: '{{count}} lien', links_other: '{{count}} liens' } });
    expect([0, 1, 2].map((count) => translate('composer.links', { count }))).toEqual(['0 lien', '1 lien', '2 liens']);
  });

  test('is English where its language has none', () => {
    speak('fr', {});
    expect(translate('action.retry')).toBe('Retry');
  });
});
