import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { pageHeaders, refuseUpgrade } from './protection.ts';

test('only the scripts of the page itself may run, by their hashes', () => {
  const digest = createHash('sha256').update('first()').digest('base64');
  const policy = pageHeaders('<script>first()</script><script type="module" src="/x.js"></script>')[
    'Content-Security-Policy'
  ];
  expect(policy).toContain(`script-src 'self' 'sha256-${digest}';`);
});

function upgraded(url: string, protocol?: string): string {
  const socket = new PassThrough();
  const request = new IncomingMessage(new Socket());
  request.url = url;
  if (protocol !== undefined) request.headers['sec-websocket-protocol'] = protocol;
  refuseUpgrade(request, socket);
  return String(socket.read() ?? '');
}

test.each([
  ['/', undefined],
  ['/', 'chat'],
  ['/elsewhere', 'vite-hmr'],
])('an upgrade of %s to %s is refused', (url, protocol) => {
  expect(upgraded(url, protocol)).toMatch(/^HTTP\/1\.1 400 /);
});

test.each(['vite-hmr', 'vite-ping'])('%s is left to Vite', (protocol) => {
  expect(upgraded('/?token=x', protocol)).toBe('');
});
