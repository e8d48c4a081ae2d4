import { describe, expect, test } from 'vitest';
import { findLinks, platformOf, readLinks } from './parse-links.ts';

describe('readLinks', () => {
  test('takes one link', () => {
    expect(readLinks(' https://example.org/a ')).toEqual({ ok: true, links: ['https://example.org/a'] });
  });

  test('takes many, one a line or parted by spaces, each once', () => {
    const text = 'https://example.org/a\nhttps://example.org/b https://example.org/a\r\n';
    expect(readLinks(text)).toEqual({
      ok: true,
      links: ['https://example.org/a', 'https://example.org/b'],
    });
  });

  test('names the first word that is no link', () => {
    expect(readLinks('https://example.org/a\nexample')).toEqual({ ok: false, line: 'example' });
  });

  test.each(['ftp://example.org/a', 'javascript:alert(1)', 'https://', 'https:///a b', 'file:///etc/passwd'])(
    'refuses %s',
    (text) => {
      expect(readLinks(text).ok).toBe(false);
    },
  );

  test.each([
    ['(https://youtu.be/abc)', 'https://youtu.be/abc'],
    ['“https://youtu.be/abc”', 'https://youtu.be/abc'],
    ['"https://youtu.be/abc",', 'https://youtu.be/abc'],
    ['https://example.org/a.', 'https://example.org/a'],
    ['https://example.org/a?b=c!', 'https://example.org/a?b=c'],
    ['https://en.wikipedia.org/wiki/A_(b)', 'https://en.wikipedia.org/wiki/A_(b)'],
    ['(https://en.wikipedia.org/wiki/A_(b))', 'https://en.wikipedia.org/wiki/A_(b)'],
    ['youtube.com/watch?v=1', 'https://youtube.com/watch?v=1'],
    ['www.example.org', 'https://www.example.org'],
    ['example.org:8080/a', 'https://example.org:8080/a'],
    ['example.org', null],
    ['and/or', null],
    ['user@example.org/a', null],
  ])('reads %s as %s', (text, link) => {
    expect(readLinks(text)).toEqual(link === null ? { ok: false, line: text } : { ok: true, links: [link] });
  });

  test('knows nothing from something wrong', () => {
    expect(readLinks(' \n ')).toEqual({ ok: false, line: null });
  });
});

describe('findLinks', () => {
  test('picks the links out of what an app shares', () => {
    const shared = 'Look at this: https://example.org/a <https://example.org/b> "nice"';
    expect(findLinks(shared)).toBe('https://example.org/a\nhttps://example.org/b');
  });

  test('leaves the sentence around them, and words that only look like one', () => {
    const shared = 'See (https://example.org/a), or youtube.com/watch?v=1. It ran at 3.kmh/s.';
    expect(findLinks(shared)).toBe('https://example.org/a\nhttps://youtube.com/watch?v=1');
  });
});

describe('platformOf', () => {
  test.each([
    ['https://www.youtube.com/watch?v=1', 'YouTube'],
    ['https://music.youtube.com/watch?v=1', 'YouTube'],
    ['https://artist.bandcamp.com/track/1', 'Bandcamp'],
    ['https://notyoutube.com/watch', 'notyoutube.com'],
    ['https://www.example.org/a.mp4', 'example.org'],
    ['example', null],
  ])('%s is of %s', (link, platform) => {
    expect(platformOf(link)).toBe(platform);
  });
});
