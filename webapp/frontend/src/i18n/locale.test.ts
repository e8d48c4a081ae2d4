import { expect, test } from 'vitest';
import { localeOf } from './locale.ts';

test.each([
  ['en', ['de-AT', 'en-GB', 'en-US'], 'en-GB'],
  ['de', ['en-GB'], 'de'],
  ['de', ['de'], 'de'],
])('%s for someone who prefers %j is %s', (language, preferred, locale) => {
  expect(localeOf(language, preferred)).toBe(locale);
});
