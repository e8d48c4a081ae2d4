/**
 * Serves on the listening socket that a supervisor holds, instead of binding a port.
 *
 * `WEB_FD` names an inherited, already listening descriptor. Because the supervisor keeps its own
 * copy open, connections made while Vite is down wait in the kernel's queue and are never refused.
 */
import net from 'node:net';
import type { Server } from 'node:http';
import type { Plugin, PreviewServer, ViteDevServer } from 'vite';

/** Outlives a restart of Vite within this process (a changed config), which imports this file anew. */
const HOLDER = Symbol.for('sy-media-downloader.held-port');

interface Holder {
  listener: net.Server;
  /** Who takes connections at this moment; nobody while Vite restarts. */
  taker: Server | null;
  /** Connections accepted while nobody took them. */
  waiting: net.Socket[];
}

interface HolderScope {
  [HOLDER]: Holder | undefined;
}

/** The descriptor number in `value`, or null where the server is to bind for itself. */
export function heldDescriptor(value: string | undefined): number | null {
  if (value === undefined || value === '') return null;
  const descriptor = Number(value);
  if (!Number.isInteger(descriptor) || descriptor < 3) {
    throw new Error(
      `WEB_FD is "${value}", which is not the number of an inherited descriptor (3 or more). ` +
        'Leave WEB_FD empty to let Vite bind WEB_PORT itself.',
    );
  }
  return descriptor;
}

function listenOn(descriptor: number): Holder {
  const holder: Holder = { listener: net.createServer(), taker: null, waiting: [] };
  holder.listener.on('connection', (socket) => {
    if (holder.taker) holder.taker.emit('connection', socket);
    else holder.waiting.push(socket);
  });
  holder.listener.listen({ fd: descriptor });
  return holder;
}

/** Makes `httpServer` take its connections from the holder; closing it leaves the holder listening. */
function attach(httpServer: Server, descriptor: number): void {
  const scope = globalThis as unknown as HolderScope;
  const take = (holder: Holder): void => {
    holder.taker = httpServer;
    httpServer.emit('listening');
    for (const socket of holder.waiting.splice(0)) httpServer.emit('connection', socket);
  };
  httpServer.listen = () => {
    const holder = (scope[HOLDER] ??= listenOn(descriptor));
    if (holder.listener.listening) {
      take(holder);
    } else {
      holder.listener.once('listening', () => {
        take(holder);
      });
      holder.listener.once('error', (error) => httpServer.emit('error', error));
    }
    return httpServer;
  };
  httpServer.address = () => scope[HOLDER]?.listener.address() ?? null;
  httpServer.close = (done) => {
    const holder = scope[HOLDER];
    if (holder?.taker === httpServer) holder.taker = null;
    done?.();
    return httpServer;
  };
}

/** Vite closes politely on SIGTERM, which an open event stream delays; nothing here needs saving. */
function endAtOnce(): void {
  for (const [signal, code] of [['SIGTERM', 143], ['SIGHUP', 129]] as const) {
    process.removeAllListeners(signal);
    process.once(signal, () => process.exit(code));
  }
}

export function heldPort(descriptor: number | null): Plugin {
  const take = (server: ViteDevServer | PreviewServer): (() => void) => {
    // The terminal belongs to the supervisor: no keys are read from it.
    if (descriptor !== null) {
      server.bindCLIShortcuts = () => undefined;
      if (server.httpServer) attach(server.httpServer as Server, descriptor);
    }
    return () => {
      setImmediate(endAtOnce);
    };
  };
  return {
    name: 'held-port',
    apply: 'serve',
    config: () =>
      // Port 0 is never probed, so Vite does not complain that "its" port is taken.
      descriptor === null
        ? {}
        : { server: { port: 0, strictPort: true }, preview: { port: 0, strictPort: true } },
    configureServer: take,
    configurePreviewServer: take,
  };
}
