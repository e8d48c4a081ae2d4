/** A server behind `fetch`: what it was asked, and what it answers. */
import { vi } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  body: unknown;
  /** What it is to be told in, where the page says so. */
  language?: string;
}

/** `after`: what the answer waits for. */
type Answer = (asked: Asked) => { status: number; body?: unknown; after?: Promise<void> };

export interface TestServer {
  asked: Asked[];
  answer: Answer;
}

export function startServer(answer: Answer): TestServer {
  const server: TestServer = { asked: [], answer };
  vi.stubGlobal('fetch', async (path: string, init: { method: string; body?: string; headers: Record<string, string> }) => {
    const language = init.headers['Accept-Language'];
    const asked: Asked = {
      method: init.method,
      path,
      body: init.body === undefined ? null : (JSON.parse(init.body) as unknown),
      ...(language !== undefined && { language }),
    };
    server.asked.push(asked);
    const { status, body, after } = server.answer(asked);
    await after;
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    const text = body === undefined ? null : JSON.stringify(body);
    return new Response(text, { status, headers: { 'content-type': type } });
  });
  return server;
}

export const AWAY = {
  status: 503,
  body: { title: 'Nothing answers', status: 503, detail: 'Nothing listens.', service: 'api', state: null, cause: null },
};
