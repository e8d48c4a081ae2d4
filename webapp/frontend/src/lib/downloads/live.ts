/** The list of downloads as the event stream keeps it, in the query cache. */
import { useQuery, type QueryClient } from '@tanstack/react-query';
import { onBackendEvent, type BackendEvent } from '../backend.ts';
import type { Download } from '../types.ts';

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

export function followDownloads(client: QueryClient): () => void {
  return onBackendEvent((event) => {
    changeLive(client, event);
  });
}

/** undefined until the first snapshot has come. */
export function useLiveDownloads(): Downloads | undefined {
  const { data } = useQuery<Downloads>({
    queryKey: LIVE_KEY,
    queryFn: () => [], // never asked: the event stream fills the cache
    enabled: false,
    staleTime: Infinity,
    gcTime: Infinity,
    structuralSharing: false, // applyEvent keeps what did not change
  });
  return data;
}
