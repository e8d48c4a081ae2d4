import { describe, expect, test } from 'vitest';
import { displayName, siteOf } from './display-name.ts';

describe('a download without a title', () => {
  test.each([
    ['https://www.youtube.com/watch?v=abcdefgh001', 'youtube.com · abcdefgh001'],
    ['https://www.youtube.com/watch?v=abcdefgh002&list=PLabc', 'youtube.com · abcdefgh002'],
    ['https://www.youtube.com/playlist?list=PLabc', 'youtube.com · PLabc'],
    ['https://youtu.be/abcdefgh001?si=share', 'youtu.be · abcdefgh001'],
    ['https://vimeo.com/123456', 'vimeo.com · 123456'],
    ['https://example.org:8080/a/clip%20one.mp4?part=2', 'example.org:8080 · clip one.mp4?part=2'],
    ['https://example.org/', 'example.org'],
    ['https://example.org/100%', 'example.org · 100%'],
    ['no link', 'no link'],
  ])('%s is called %s', (url, name) => {
    expect(displayName({ title: null, url })).toBe(name);
  });

  test('six links of one site have six names', () => {
    const links = ['1', '2', '3', '4', '5', '6'].map((n) => `https://www.youtube.com/watch?v=abcdefgh00${n}`);
    expect(new Set(links.map((url) => displayName({ title: '', url }))).size).toBe(6);
  });
});

test('a title is the name', () => {
  expect(displayName({ title: 'A clip', url: 'https://example.org/watch?v=1' })).toBe('A clip');
});

test.each([
  ['A clip', null, 'example.org'],
  ['A clip', 'Example', 'Example'],
  [null, null, null], // its name begins with the host
])('the site of “%s” on %s is %s', (title, platform, site) => {
  expect(siteOf({ title, platform, url: 'https://www.example.org/watch?v=1' })).toBe(site);
});
