/** Scripts and styles of the build, compressed once and sent as that to whoever takes it. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Below it, compression saves no packet. */
const LEAST_BYTES = 1024;

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css' };

/** Best first. What the backend sends too: `web/static_files.py`. */
const ENCODINGS = [
  { name: 'br', ending: '.br', compress: (bytes: Buffer) => brotliCompressSync(bytes) },
  { name: 'gzip', ending: '.gz', compress: (bytes: Buffer) => gzipSync(bytes, { level: 9 }) },
] as const;

/** Writes beside each script and style of a folder what it is compressed. */
export function compress(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css)$/.test(name)) continue;
    const bytes = readFileSync(join(folder, name));
    if (bytes.length < LEAST_BYTES) continue;
    for (const encoding of ENCODINGS) writeFileSync(join(folder, name + encoding.ending), encoding.compress(bytes));
  }
}

/** Whether an Accept-Encoding header takes it; "br;q=0" does not. */
function takes(header: string, name: string): boolean {
  return header.split(',').some((one) => {
    const [coding = '', quality = ''] = one.split(';').map((part) => part.trim());
    return coding === name && !/^q=0(\.0*)?$/.test(quality);
  });
}

/** Sends what was compressed, where there is such a file and the client takes it. */
export function sendCompressed(dist: string): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    const [, name, type] = /\/assets\/([\w.-]+\.(js|css))$/.exec((request.url ?? '').split('?')[0] ?? '') ?? [];
    if (name === undefined || type === undefined || request.method !== 'GET') {
      next();
      return;
    }
    const header = [request.headers['accept-encoding'] ?? []].flat().join(',');
    const found = ENCODINGS.find((encoding) => takes(header, encoding.name) && existsSync(join(dist, 'assets', name + encoding.ending)));
    if (!found) {
      next();
      return;
    }
    response.writeHead(200, {
      'Content-Type': TYPES[type],
      'Content-Encoding': found.name,
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
    });
    response.end(readFileSync(join(dist, 'assets', name + found.ending)));
  };
}

export function compressed(): Plugin {
  let dist = '';
  return {
    name: 'compressed',
    configResolved({ root, build }) {
      dist = resolve(root, build.outDir);
    },
    closeBundle() {
      if (this.environment.mode === 'build') compress(join(dist, 'assets'));
    },
    configurePreviewServer(server) {
      server.middlewares.use(sendCompressed(dist));
    },
  };
}
