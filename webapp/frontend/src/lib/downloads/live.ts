/** The list of downloads as the event stream keeps it, in the query cache. */
import { useQuery, type QueryClient } from '@tanstack/react-query';
import { onBackendEvent, type BackendEvent } from '@/lib/backend.ts';
import type { Download } from '@/lib/types.ts';

export const LIVE_KEY = ['downloads', 'live'] as const;

/** The list after an event. An item that did not change stays the same object: its row rests. */
export function applyEvent(items: readonly Download[] | undefined, event: BackendEvent): readonly Download[] {
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

export function followDownloads(client: QueryClient): () => void {
  return onBackendEvent((event) => {
    client.setQueryData<readonly Download[]>(LIVE_KEY, (items) => applyEvent(items, event));
  });
}

/** undefined until the first snapshot has come. */
export function useLiveDownloads(): readonly Download[] | undefined {
  const { data } = useQuery<readonly Download[]>({
    queryKey: LIVE_KEY,
    queryFn: () => [], // never asked: the event stream fills the cache
    enabled: false,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return data;
}
