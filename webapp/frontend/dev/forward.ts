/**
 * Hands requests under a path prefix on to another local server, streams included.
 *
 * Vite's own proxy logs a stack trace for every request that meets a server which is away. Here that
 * is an expected state: the caller gets one `application/problem+json`, the log stays quiet.
 */
import http from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import { belowRoot } from './root-path.ts';

export interface Route {
  /** Requests whose path is `prefix` or lies below it. */
  prefix: string;
  /** Origin of the server that answers them. */
  target: URL;
  /** Take the prefix away before asking. */
  strip: boolean;
  /** The name of the server, as the problem document gives it. */
  service: string;
  /** Which requests are handed on, by method and by the path that the target would see; else all. */
  permits?: (method: string, path: string) => boolean;
  /** Headers added to a request of that method; asked for anew each time. */
  headers?: (method: string) => Promise<OutgoingHttpHeaders>;
  /** How many requests are handed on at a time; else as many as come. */
  most?: number;
}

function isBelow(url: string, prefix: string): boolean {
  return url === prefix || url.startsWith(`${prefix}/`) || url.startsWith(`${prefix}?`);
}

interface Problem {
  title: string;
  status: number;
  detail: string;
  service: string;
  /** Names the sentence, and what stands in it: for other languages. */
  kind?: string;
  values?: Record<string, string>;
}

function answer(response: ServerResponse, problem: Problem, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(problem.status, { 'Content-Type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ type: 'about:blank', ...problem, state: null, cause: null }));
}

/** The answer for a server that could not be asked (nothing listens) or hung up half-way. */
function refuse(response: ServerResponse, route: Route, error: NodeJS.ErrnoException): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const reached = error.code !== 'ECONNREFUSED';
  const problem = {
    title: reached ? 'Connection lost' : 'Nothing answers',
    status: reached ? 502 : 503,
    detail: reached
      ? `${route.service} at ${route.target.host} closed the connection before it had answered (${error.code ?? error.message}).`
      : `Nothing listens at ${route.target.host}, where ${route.service} should be.`,
    service: route.service,
    kind: reached ? 'connection-lost' : 'nobody-listens',
    values: { address: route.target.host, service: route.service },
  };
  answer(response, problem, { 'Retry-After': '1' });
}

const underWay = new WeakMap<Route, number>();

export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
): Promise<void> {
  const whole = request.url ?? '/';
  const method = request.method ?? 'GET';
  const path = route.strip ? whole.slice(route.prefix.length).replace(/^(?!\/)/, '/') : whole;
  const { service } = route;
  if (route.permits?.(method, path) === false) {
    const detail = `The app's page needs no ${path}: ask ${service} itself, at ${route.target.origin}.`;
    answer(response, { title: 'Not forwarded', status: 404, detail, service });
    return;
  }
  const others = underWay.get(route) ?? 0;
  if (route.most !== undefined && others >= route.most) {
    const detail = `${others.toString()} requests to ${service} are under way, as many as are handed on at a time.`;
    answer(response, { title: 'Too many at a time', status: 503, detail, service }, { 'Retry-After': '5' });
    return;
  }
  underWay.set(route, others + 1);
  response.on('close', () => underWay.set(route, (underWay.get(route) ?? 1) - 1));
  const added = await route.headers?.(method);
  if (!response.destroyed) handOn(request, response, route, path, added);
}

function handOn(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  path: string,
  added: OutgoingHttpHeaders = {},
): void {
  const onward = http.request(
    {
      hostname: route.target.hostname.replace(/^\[|\]$/g, ''),
      port: route.target.port,
      path,
      method: request.method,
      // Host and Origin go through untouched: the target judges who is asking.
      headers: { ...request.headers, ...added, connection: 'close' },
      // A kept-alive connection may belong to a server that has since been restarted.
      agent: false,
    },
    (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers);
      response.flushHeaders();
      incoming.pipe(response);
      incoming.on('error', () => response.destroy());
    },
  );
  onward.on('error', (error) => {
    refuse(response, route, error);
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

/** `root`: a path that all of them may have in front. */
export function forwarding(routes: readonly Route[], root: string): Plugin {
  const middleware: Connect.NextHandleFunction = (request, response, next) => {
    const url = belowRoot(request.url ?? '', root);
    const route = routes.find(({ prefix }) => isBelow(url, prefix));
    if (route) {
      request.url = url;
      void forward(request, response, route);
    } else next();
  };
  return {
    name: 'forward',
    configureServer(server) {
      server.middlewares.use(middleware);
    },
    configurePreviewServer(server) {
      server.middlewares.use(middleware);
    },
  };
}
