/** The service worker of `public/`, in a world of its own: what it answers, and what it keeps. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';

const ORIGIN = 'http://localhost';
const CODE = readFileSync('public/sw.js', 'utf8');

type Handler = (event: object) => void;

let kept: Map<string, Response>;
let answers: Record<string, () => Response>;
let handlers: Record<string, Handler>;
let cacheNames: Set<string>;

const urlOf = (request: Request | string): string =>
  new URL(typeof request === 'string' ? request : request.url, ORIGIN).href;

const cache = {
  match: (request: Request | string) => Promise.resolve(kept.get(urlOf(request))?.clone()),
  put: (request: Request | string, response: Response) => Promise.resolve(void kept.set(urlOf(request), response)),
  delete: (request: Request | string) => Promise.resolve(kept.delete(urlOf(request))),
  keys: () => Promise.resolve([...kept.keys()].map((url) => ({ url }))),
};

function page(build: string): Response {
  const text = `<script src="/assets/main-${build}.js"></script>`;
  return new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}

function html(text: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/html', ...headers } });
}

function script(): Response {
  return new Response('export {}', { headers: { 'content-type': 'text/javascript' } });
}

/** What the worker answers; null where it leaves the request alone, or nobody answers. */
async function ask(path: string, mode: RequestMode = 'navigate'): Promise<string | null> {
  const given: Promise<Response>[] = [];
  handlers.fetch?.({
    request: { url: ORIGIN + path, method: 'GET', mode },
    respondWith: (promise: Promise<Response>) => {
      given.push(promise);
    },
  });
  const [answer] = given;
  return answer ? answer.then((response) => response.text(), () => null) : null;
}

const paths = (): string[] => [...kept.keys()].map((url) => new URL(url).pathname).sort();

/** Everything anew, with the worker where it lies on its server. */
function start(at: string): void {
  kept = new Map();
  answers = {};
  handlers = {};
  const fetch = (request: Request | string): Promise<Response> => {
    const answer = answers[new URL(urlOf(request)).pathname];
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('Failed to fetch'));
  };
  const self = {
    addEventListener: (name: string, handler: Handler) => {
      handlers[name] = handler;
    },
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the worker's own code, in a world of ours
  const run = new Function('self', 'caches', 'fetch', 'location', CODE) as (...world: object[]) => void;
  const caches = {
    open: () => Promise.resolve(cache),
    keys: () => Promise.resolve([...cacheNames]),
    delete: (name: string) => Promise.resolve(cacheNames.delete(name)),
  };
  run(Object.assign(self, { clients: { claim: () => undefined } }), caches, fetch, { origin: ORIGIN, href: ORIGIN + at });
}

beforeEach(() => {
  cacheNames = new Set();
  start('/sw.js');
});

describe('the service worker', () => {
  test.each(['/', '/library', '/subscriptions', '/?url=x'])('opens the app at %s although nobody answers', async (path) => {
    answers['/'] = () => page('1');
    await ask('/');
    answers = {};
    expect(await ask(path)).toContain('main-1');
  });

  test('shows the kept page for a gateway that has nobody behind it', async () => {
    answers['/'] = () => page('1');
    await ask('/');
    answers['/'] = () => html('Bad Gateway', 502);
    expect(await ask('/')).toContain('main-1');
  });

  test('never stands in front of the page of the guard', async () => {
    answers['/'] = () => page('1');
    await ask('/');
    answers['/'] = () => html('api is not available', 503, { 'X-Guard-Standby': 'STOPPED' });
    expect(await ask('/')).toBe('api is not available');
  });

  test.each(['/guard/', '/docs', '/icon.svg', '/api/downloads/x/file'])('leaves %s alone', async (path) => {
    answers[path] = () => html('/assets/');
    expect(await ask(path)).toBeNull();
    expect(paths()).toEqual([]);
  });

  test.each([
    ['another page', () => html('<h1>Something else</h1>')],
    ['what is no page', () => new Response('"/assets/"', { headers: { 'content-type': 'application/json' } })],
    ['an error', () => html('/assets/', 500)],
  ])('shows %s at its address, and does not keep it', async (_what, answer) => {
    answers['/'] = () => page('1');
    await ask('/');
    answers['/'] = answer;
    expect(await ask('/')).toBe(await answer().text());
    answers = {};
    expect(await ask('/')).toContain('main-1');
  });

  test('keeps the files of the app, but not a page in place of a file', async () => {
    answers['/assets/a-1.js'] = script;
    answers['/assets/gone-1.js'] = () => page('1');
    await ask('/assets/a-1.js', 'cors');
    await ask('/assets/gone-1.js', 'cors');
    expect(paths()).toEqual(['/assets/a-1.js']);
    answers = {};
    expect(await ask('/assets/a-1.js', 'cors')).toBe('export {}');
  });

  test('lets the files of an older build go when there is a newer one', async () => {
    answers['/'] = () => page('1');
    for (const name of ['main-1', 'lazy-1', 'main-2']) answers[`/assets/${name}.js`] = script;
    await ask('/');
    for (const name of ['main-1', 'lazy-1']) await ask(`/assets/${name}.js`, 'cors');
    await ask('/');
    expect(paths()).toEqual(['/', '/assets/lazy-1.js', '/assets/main-1.js']);
    answers['/'] = () => page('2');
    await ask('/');
    await ask('/assets/main-2.js', 'cors');
    expect(paths()).toEqual(['/', '/assets/main-2.js']);
  });

  test('below a path it answers for that, and for nothing beside it', async () => {
    start('/media/sw.js');
    answers['/media/'] = () => html('<script src="/media/assets/main-1.js"></script>');
    answers['/media/assets/main-1.js'] = script;
    await ask('/media/');
    await ask('/media/assets/main-1.js', 'cors');
    answers = {};
    expect(await ask('/media/library')).toContain('main-1');
    expect(await ask('/media/assets/main-1.js', 'cors')).toBe('export {}');
    expect(await ask('/')).toBeNull();
    expect(await ask('/library')).toBeNull();
    expect(await ask('/assets/main-1.js', 'cors')).toBeNull();
  });

  test.each([
    ['/sw.js', ['app-3 /', 'app-3 /media/', 'somebody']],
    ['/media/sw.js', ['app-2', 'app-3 /media/', 'app-2 /', 'app-3 /', 'somebody']],
  ])('%s lets go of older caches of its own alone', async (at, left) => {
    cacheNames = new Set(['app-2', 'app-2 /', 'app-3 /', 'app-2 /media/', 'app-3 /media/', 'somebody']);
    if (at === '/sw.js') cacheNames.delete('app-2 /media/');
    start(at);
    let done: Promise<unknown> = Promise.resolve();
    handlers.activate?.({ waitUntil: (promise: Promise<unknown>) => { done = promise; } });
    await done;
    expect([...cacheNames].sort()).toEqual([...left].sort());
  });
});
