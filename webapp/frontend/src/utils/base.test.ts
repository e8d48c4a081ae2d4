// @vitest-environment jsdom
import { readFileSync, readdirSync } from 'node:fs';
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

test('no address of the server stands in the page as if the app were at its root', () => {
  const bare = /(?:href|src|action)=["']\/|fetch\(["'`]\//;
  const routed = /<(?:Nav)?Link\b/; // the router puts it in front
  const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .flatMap((name) => readFileSync(`src/${name}`, 'utf8').split('\n').map((line) => `${name}: ${line.trim()}`))
    .filter((line) => bare.test(line) && !routed.test(line));
  expect(found).toEqual([]);
});
