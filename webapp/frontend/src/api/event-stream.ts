/** The one connection to the backend: its event stream, and what arrives on it. */
import { BASE } from '@/utils/base.ts';
import { createEmitter } from '@/utils/emitter.ts';
import { checkHealth } from './server.ts';
import { ResilientEventSource } from './resilient-event-source.ts';
import type { Download } from './types.ts';

export type BackendEvent =
  | { type: 'snapshot'; items: Download[] }
  | { type: 'download'; item: Download }
  | { type: 'removed'; id: string };

const events = createEmitter<BackendEvent>();

export const onBackendEvent = events.subscribe;

const subscriptions = createEmitter<string>();

/** Called with the id of a subscription that is not what it was. */
export const onSubscriptionChange = subscriptions.subscribe;

/** It pings every two seconds; nothing for so long is more than a machine with much to do, milliseconds. */
export const SILENCE_LIMIT = 4500;

export const backendStream = new ResilientEventSource({
  url: `${BASE}/api/events`,
  delays: [250, 1000, 2000, 4000, 8000, 15_000],
  diagnose: checkHealth,
  silenceLimit: SILENCE_LIMIT,
  events: {
    // The stream's documents come from our own backend, typed by its OpenAPI.
    snapshot: (data) => {
      events.emit({ type: 'snapshot', items: (data as { items: Download[] }).items });
    },
    download: (data) => {
      events.emit({ type: 'download', item: data as Download });
    },
    subscription: (data) => {
      subscriptions.emit((data as { id: string }).id);
    },
    removed: (data) => {
      events.emit({ type: 'removed', id: (data as { id: string }).id });
    },
  },
});
