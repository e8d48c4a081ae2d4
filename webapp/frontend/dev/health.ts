/** `GET /healthz`: the front end's own sign of life, beside the backend's `/health`. */
import type { Connect, Plugin } from 'vite';

const answer: Connect.NextHandleFunction = (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ status: 'healthy', timestamp: new Date().toISOString() }));
};

export function health(): Plugin {
  return {
    name: 'health',
    configureServer(server) {
      server.middlewares.use('/healthz', answer);
    },
    configurePreviewServer(server) {
      server.middlewares.use('/healthz', answer);
    },
  };
}
