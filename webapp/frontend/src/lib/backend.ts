/** The one connection to the backend: its event stream, and what arrives on it. */
import { askHealth } from './api.ts';
import { ResilientStream } from './resilient-stream.ts';
import type { Download } from './types.ts';

export type BackendEvent =
  | { type: 'snapshot'; items: Download[] }
  | { type: 'download'; item: Download }
  | { type: 'removed'; id: string };

type Listener = (event: BackendEvent) => void;

const listeners = new Set<Listener>();

function publish(event: BackendEvent): void {
  for (const listener of listeners) listener(event);
}

export function onBackendEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const backend = new ResilientStream({
  url: '/api/events',
  delays: [250, 1000, 2000, 4000, 8000, 15_000],
  diagnose: askHealth,
  events: {
    // The stream's documents come from our own backend, typed by its OpenAPI.
    snapshot: (data) => {
      publish({ type: 'snapshot', items: (data as { items: Download[] }).items });
    },
    download: (data) => {
      publish({ type: 'download', item: data as Download });
    },
    removed: (data) => {
      publish({ type: 'removed', id: (data as { id: string }).id });
    },
  },
});
