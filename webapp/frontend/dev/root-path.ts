/**
 * The app below a path of a server that others share: `ROOT_PATH=/media`, as the backend has it.
 *
 * A proxy may hand on `/media/library` as it is, or take the path away before; both are answered. What
 * is built finds its parts from where it lies itself; its page alone is told, when it is sent.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Connect, Plugin } from 'vite';

/** The url without the path, where it has it. */
export function belowRoot(url: string, root: string): string {
  if (root === '' || !(url === root || url.startsWith(`${root}/`) || url.startsWith(`${root}?`))) return url;
  return url.slice(root.length).replace(/^(?!\/)/, '/');
}

/** The page with its scripts, styles and icons below the path. */
export function rootedPage(page: string, root: string): string {
  return page.replace(/\b(href|src)="\/(?!\/)/g, `$1="${root}/`);
}

function asksForPage({ method = '', headers, url = '' }: IncomingMessage): boolean {
  const [path = ''] = url.split('?');
  const isFile = /\.[^/]+$/.test(path) && !path.endsWith('/index.html');
  return ['GET', 'HEAD'].includes(method) && !isFile && (headers.accept ?? '').includes('text/html');
}

export function rootPath(root: string): Plugin {
  const strip: Connect.NextHandleFunction = (request, response, next) => {
    const [path, query] = (request.url ?? '').split('?', 2);
    if (root !== '' && path === root) {
      response.writeHead(308, { Location: query === undefined ? `${root}/` : `${root}/?${query}` }).end();
      return;
    }
    request.url = belowRoot(request.url ?? '', root);
    next();
  };
  return {
    name: 'root-path',
    // Built with addresses relative to each file; the page is also sent for `/a/b`, where they would fail.
    transformIndexHtml: { order: 'post', handler: (page) => page.replace(/\b(href|src)="\.\//g, '$1="/') },
    configurePreviewServer(server) {
      server.middlewares.use(strip);
    },
  };
}

/** The app's own addresses, all of them one page. What the backend sends too: `web/static_files.py`. */
const PAGES = ['', '/index.html', '/library', '/subscriptions'];

/** 404 where no page is: the app's own says so. */
export function statusOf(url: string): 200 | 404 {
  const [path = ''] = url.split('?');
  return PAGES.includes(path.replace(/\/$/, '')) ? 200 : 404;
}

/** Sends the page as it is below the path; a plugin of its own, for it comes after the others. */
export function rootedIndex(root: string, index: string): Plugin {
  return {
    name: 'rooted-index',
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        const status = statusOf(request.url ?? '');
        if (!asksForPage(request) || (root === '' && status === 200)) {
          next();
          return;
        }
        response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' });
        response.end(request.method === 'HEAD' ? '' : rootedPage(readFileSync(index, 'utf8'), root));
      });
    },
  };
}
