import { describe, expect, test } from 'vitest';
import { readLinks } from './links.ts';

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

  test('names the first line that is no link', () => {
    expect(readLinks('https://example.org/a\nexample')).toEqual({ ok: false, line: 'example' });
  });

  test.each(['ftp://example.org/a', 'javascript:alert(1)', 'https://', 'https:///a b', 'file:///etc/passwd'])(
    'refuses %s',
    (text) => {
      expect(readLinks(text).ok).toBe(false);
    },
  );

  test('knows nothing from something wrong', () => {
    expect(readLinks(' \n ')).toEqual({ ok: false, line: null });
  });
});
