/** The list of downloads as the event stream keeps it, in the query cache. */
import { useQuery, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { onBackendEvent, type BackendEvent } from '@/api/event-stream.ts';
import { useStore } from '@/hooks/use-store.ts';
import { holds, withHeld } from './held-changes.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import type { Download } from '@/api/types.ts';

export const LIVE_KEY = ['downloads', 'live'] as const;

export type Downloads = readonly Download[];

/** The list after an event. An item that did not change stays the same object: its row rests. */
export function applyEvent(items: Downloads | undefined, event: BackendEvent): Downloads {
  switch (event.type) {
    case 'snapshot':
      return event.items;
    case 'removed':
      return (items ?? []).filter(({ id }) => id !== event.id);
    case 'download': {
      const { item } = event;
      if (!items?.some(({ id }) => id === item.id)) return [item, ...(items ?? [])];
      return items.map((other) => (other.id === item.id ? item : other));
    }
  }
}

export function changeLive(client: QueryClient, event: BackendEvent): void {
  client.setQueryData<Downloads>(LIVE_KEY, (items) => applyEvent(items, event));
}

/** The last known list, for a page that is opened while the backend is away. */
const STORAGE_KEY = 'last-known';
const MAX_KEPT = 50;

function isList(value: unknown): value is Download[] {
  return Array.isArray(value);
}

/** Shows how things stood last time, then follows the event stream. */
export function followDownloads(client: QueryClient): void {
  const known = readJson('local', STORAGE_KEY, isList);
  if (known) client.setQueryData<Downloads>(LIVE_KEY, known);
  onBackendEvent((event) => {
    changeLive(client, event);
  });
  addEventListener('pagehide', () => {
    const items = client.getQueryData<Downloads>(LIVE_KEY);
    if (items) writeJson('local', STORAGE_KEY, items.slice(0, MAX_KEPT));
  });
}

/** The list with what can still be undone applied to it; undefined until the first snapshot has come. */
export function useLiveDownloads(): Downloads | undefined {
  const { data } = useQuery<Downloads>({
    queryKey: LIVE_KEY,
    queryFn: () => [], // never asked: the event stream fills the cache
    enabled: false,
    staleTime: Infinity,
    gcTime: Infinity,
    structuralSharing: false, // applyEvent keeps what did not change
  });
  const held = useStore(holds);
  return useMemo(() => data && withHeld(data, held), [data, held]);
}

/** What is under way in the order in which it comes: running, then queued by place, then paused. */
export function inQueueOrder(items: Downloads): Downloads {
  const rank = ({ state, position }: Download): number =>
    state === 'running' ? -Infinity : state === 'queued' ? (position ?? Infinity) : Infinity;
  return items.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    if (left !== right) return left - right;
    return a.created < b.created ? -1 : Number(a.created > b.created); // ISO times compare as they are written
  });
}

/** The ids of all that wait, the next one first. */
export function queuedIds(client: QueryClient): readonly string[] {
  const items = client.getQueryData<Downloads>(LIVE_KEY) ?? [];
  return inQueueOrder(items.filter(({ state }) => state === 'queued')).map(({ id }) => id);
}
