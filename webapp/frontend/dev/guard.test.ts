import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forward, type Route } from './forward.ts';
import { guardRoute, MOST } from './guard.ts';

const seen: string[] = [];
const held: http.ServerResponse[] = [];
const guard = http.createServer((request, response) => {
  seen.push(`${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-guard-token'])}`);
  if (request.url === '/api/events') held.push(response.writeHead(200));
  else response.end('{}');
  response.flushHeaders();
});
let route: Route;
const dev = http.createServer((request, response) => {
  void forward(request, response, route);
});

function origin(server: http.Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
}

beforeEach(async () => {
  seen.length = 0;
  for (const server of [guard, dev]) {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  }
  route = guardRoute({ guard: new URL(origin(guard)), guardToken: () => 'token' });
});

afterEach(async () => {
  for (const response of held.splice(0)) response.end();
  for (const server of [guard, dev]) {
    await new Promise((closed) => server.close(closed));
  }
});

function ask(method: string, path: string): Promise<number> {
  return new Promise((answered, failed) => {
    // Not `fetch`, which tidies the path up.
    const request = http.request(origin(dev), { method, path, agent: false }, (response) => {
      response.resume();
      answered(response.statusCode ?? 0);
    });
    request.on('error', failed).end();
  });
}

test.each([
  ['GET', '/api/status'],
  ['GET', '/api/events'],
  ['POST', '/api/restart'],
  ['POST', '/api/services/api/restart'],
  ['POST', '/api/services/my%2Fown/restart'],
])('%s %s is what the page asks for', async (method, path) => {
  expect(await ask(method, `/guard${path}`)).toBe(200);
  expect(seen).toEqual([`${method} ${path} ${method === 'GET' ? 'undefined' : 'token'}`]);
});

test('a crowd of streams leaves room at the guard, and others have their turn when they end', async () => {
  const crowd = await Promise.all(Array.from({ length: MOST + 9 }, () => ask('GET', '/guard/api/events')));
  expect(crowd.filter((status) => status === 200)).toHaveLength(MOST);
  expect(crowd.filter((status) => status === 503)).toHaveLength(9);
  expect(await ask('GET', '/guard/api/status')).toBe(503);
  for (const response of held.splice(0)) response.end();
  await vi.waitFor(async () => {
    expect(await ask('GET', '/guard/api/status')).toBe(200);
  });
});

test.each([
  ['GET', ''],
  ['GET', '/'],
  ['GET', '/api/crashes'],
  ['GET', '/api/logs/api'],
  ['GET', '/api/events?logs=*'],
  ['POST', '/api/stop'],
  ['POST', '/api/services/api/stop'],
  ['POST', '/api/services/api/start'],
  ['POST', '/api/services/api/attach'],
  ['POST', '/api/services/api/attach?/restart'],
  ['POST', '/api/services/api/attach#/restart'],
  ['POST', '/api/services/x/../api/attach'],
  ['POST', '//api/restart'],
  ['PUT', '/api/restart'],
])('%s %s is not, and does not reach the guard', async (method, path) => {
  expect(await ask(method, `/guard${path}`)).toBe(404);
  expect(seen).toEqual([]);
});
