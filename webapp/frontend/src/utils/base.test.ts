import { expect, test } from 'vitest';
import { BASE, baseOf } from './base.ts';

test.each([
  ['http://localhost:3000/manifest.webmanifest', ''],
  ['https://example.org/media/manifest.webmanifest', '/media'],
  ['https://example.org/a/b.c/manifest.webmanifest', '/a/b.c'],
  [undefined, ''],
])('the page whose manifest is at %s lies at "%s"', (manifest, base) => {
  expect(baseOf(manifest)).toBe(base);
});

test('a page without a manifest is at the root', () => {
  expect(BASE).toBe('');
});
