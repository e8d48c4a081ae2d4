import { expect, test } from 'vitest';
import { belowRoot, rootedPage, statusOf } from './root-path.ts';

test.each([
  ['/media/api/queue?x=1', '/media', '/api/queue?x=1'],
  ['/media', '/media', '/'],
  ['/media?url=x', '/media', '/?url=x'],
  ['/mediation/api', '/media', '/mediation/api'],
  ['/api/queue', '/media', '/api/queue'],
  ['/api/queue', '', '/api/queue'],
])('%s below "%s" is %s', (url, root, expected) => {
  expect(belowRoot(url, root)).toBe(expected);
});

test('the page names what it needs below the path, and nobody else', () => {
  const page = '<link href="/icon.svg"><script src="/assets/a.js"></script><a href="//elsewhere/"></a><a href="https://x/"></a>';
  expect(rootedPage(page, '/media')).toBe(
    '<link href="/media/icon.svg"><script src="/media/assets/a.js"></script><a href="//elsewhere/"></a><a href="https://x/"></a>',
  );
});

test.each([
  ['/', 200],
  ['/?url=x', 200],
  ['/library', 200],
  ['/library/?q=a', 200],
  ['/subscriptions', 200],
  ['/nowhere', 404],
  ['/library/old', 404],
])('the page is sent for %s with status %i', (url, status) => {
  expect(statusOf(url)).toBe(status);
});
