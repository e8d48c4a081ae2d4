/** What keeps the pages of other ports, and whoever asks for what nobody answers, away from Vite. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connect, Plugin } from 'vite';

const EDITOR = '/__open-in-editor'; // Vite's: opens a file of this computer in an editor
const HOT_UPDATES = ['vite-hmr', 'vite-ping']; // the sub-protocols that Vite answers, at the root

/** As on every other way in: nothing guesses a type, and no page learns where somebody came from. */
const ALWAYS = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };

/** Of the page while it is developed; its own scripts are left alone, Vite adds some. */
export const DEV_HEADERS = { ...ALWAYS, 'Content-Security-Policy': "frame-ancestors 'none'" };

/** What the built page is sent with: the headers of nginx and of the backend, which a test compares. */
export function pageHeaders(page: string): Record<string, string> {
  const hashes = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const policy = [
    "default-src 'self'",
    `script-src ${["'self'", ...hashes].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return { ...ALWAYS, 'Content-Security-Policy': policy.join('; ') };
}

/** Only the page of this very port: a browser that says nothing of it is not answered either. */
const ownPageOnly: Connect.NextHandleFunction = (request, response, next) => {
  if (request.headers['sec-fetch-site'] === 'same-origin') {
    next();
    return;
  }
  response.writeHead(403, { 'Content-Type': 'text/plain' });
  response.end('Only a page of this server may open an editor.\n');
};

/** Vite leaves every other upgrade without an answer, and its connection open. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex): void {
  const protocol = request.headers['sec-websocket-protocol'] ?? '';
  const [path] = (request.url ?? '').split('?');
  if (HOT_UPDATES.includes(protocol) && path === '/') return;
  socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

export function protection(index: string): Plugin {
  return {
    name: 'protection',
    configureServer(server) {
      server.middlewares.use(EDITOR, ownPageOnly);
      server.httpServer?.on('upgrade', refuseUpgrade);
    },
    configurePreviewServer(server) {
      server.middlewares.use((_request, response, next) => {
        for (const [name, value] of Object.entries(pageHeaders(readFileSync(index, 'utf8')))) {
          response.setHeader(name, value);
        }
        next();
      });
    },
  };
}
