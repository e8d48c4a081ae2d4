// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { readAddress, writeAddress } from './use-address.ts';

test.each([
  ['', { q: '', kind: 'all' }, '/library'],
  ['?q=a+b&kind=audio', { q: 'a b', kind: 'audio' }, '/library?q=a+b&kind=audio'],
  ['?kind=nonsense', { q: '', kind: 'all' }, '/library'],
] as const)('the address %s is read as %j and written as %s', (search, address, written) => {
  expect(readAddress(search)).toEqual(address);
  expect(writeAddress(address)).toBe(written);
});
