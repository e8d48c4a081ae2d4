import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compress, sendCompressed } from './compressed.ts';

const SCRIPT = 'run();'.repeat(1000);
let dist = '';
let server: Server;

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'dist-'));
  mkdirSync(join(dist, 'assets'));
  writeFileSync(join(dist, 'assets/start-1a2b.js'), SCRIPT);
  writeFileSync(join(dist, 'assets/short-3c4d.js'), 'run();');
  writeFileSync(join(dist, 'assets/font.woff2'), SCRIPT);
  compress(join(dist, 'assets'));
  const send = sendCompressed(dist);
  server = createServer((request, response) => {
    send(request, response, () => response.writeHead(404).end('handed on'));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  server.close();
  rmSync(dist, { recursive: true });
});

function ask(path: string, encodings: string): Promise<Response> {
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port.toString()}${path}`, { headers: { 'accept-encoding': encodings } });
}

test('a build is compressed where that saves something', () => {
  expect(readdirSync(join(dist, 'assets')).sort()).toEqual([
    'font.woff2',
    'short-3c4d.js',
    'start-1a2b.js',
    'start-1a2b.js.br',
    'start-1a2b.js.gz',
  ]);
});

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
])('a browser that takes %s gets %s', async (encodings, expected) => {
  const answer = await ask('/assets/start-1a2b.js?v=1', encodings);
  expect(answer.headers.get('content-encoding')).toBe(expected);
  expect(answer.headers.get('content-type')).toBe('text/javascript');
  expect(await answer.text()).toBe(SCRIPT);
});

test.each([
  ['/assets/start-1a2b.js', 'identity'],
  ['/assets/short-3c4d.js', 'br'],
  ['/assets/font.woff2', 'br'],
  ['/assets/..%2fstart-1a2b.js', 'br'],
  ['/', 'br'],
])('%s, asked for as %s, is handed on', async (path, encodings) => {
  expect(await (await ask(path, encodings)).text()).toBe('handed on');
});
