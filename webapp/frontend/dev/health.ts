/** `GET /healthz`: the front end's own sign of life, beside the backend's `/health`. */
import type { Plugin } from 'vite';

export function health(): Plugin {
  return {
    name: 'health',
    configureServer(server) {
      server.middlewares.use('/healthz', (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
        response.end(JSON.stringify({ status: 'healthy', timestamp: new Date().toISOString() }));
      });
    },
  };
}
