import { expect, test } from 'vitest';
import { fetchedSize } from './sizes.ts';

test.each([
  ['1600p', ['1600p', '532p'], '1600p'],
  ['1440p', ['1600p', '532p'], '532p'],
  ['480p', ['1600p', '532p'], '532p'],
  ['2160p', ['532p', '1600p'], '1600p'],
  ['best', ['1600p', '532p'], 'best'],
  ['1440p', [], '1440p'],
])('%s of %j is %s', (wanted, offered, fetched) => {
  expect(fetchedSize(wanted, offered)).toBe(fetched);
});
