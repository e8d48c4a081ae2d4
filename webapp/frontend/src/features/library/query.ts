/** Finished downloads, a page at a time, kept right by the event stream. */
import {
  keepPreviousData,
  useInfiniteQuery,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { listDownloads } from '@/lib/api.ts';
import { onBackendEvent, type BackendEvent } from '@/lib/backend.ts';
import type { Download, DownloadPage } from '@/lib/types.ts';

const PAGE = 200;
const LIBRARY_KEY = ['library'] as const;

export interface LibraryFilter {
  q: string;
  kind: 'all' | 'video' | 'audio';
}

type Pages = InfiniteData<DownloadPage, string | null>;

export function useLibrary({ q }: LibraryFilter) {
  return useInfiniteQuery({
    queryKey: [...LIBRARY_KEY, q],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      listDownloads(
        { state: ['done'], limit: PAGE, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

/** The pages after an event: what is new comes first, what is gone leaves, the rest stays as it is. */
export function applyToPages(pages: Pages, event: BackendEvent): Pages {
  if (event.type === 'snapshot') return pages;
  const id = event.type === 'removed' ? event.id : event.item.id;
  const known = pages.pages.some(({ items }) => items.some((item) => item.id === id));
  const done = event.type === 'download' && event.item.state === 'done' ? event.item : null;
  if (!known && done === null) return pages;
  const change = (items: Download[]): Download[] =>
    done ? items.map((item) => (item.id === id ? done : item)) : items.filter((item) => item.id !== id);
  return {
    ...pages,
    pages: pages.pages.map((page, at) => {
      if (known) return { ...page, items: change(page.items) };
      return at === 0 && done ? { ...page, items: [done, ...page.items] } : page;
    }),
  };
}

export function followLibrary(client: QueryClient): () => void {
  return onBackendEvent((event) => {
    if (event.type === 'snapshot') {
      // What happened while the stream was away is unknown: ask again.
      void client.invalidateQueries({ queryKey: LIBRARY_KEY });
      return;
    }
    for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: LIBRARY_KEY })) {
      const searching = Boolean(key[1]);
      if (pages && !(searching && event.type === 'download')) {
        client.setQueryData<Pages>(key, applyToPages(pages, event));
      }
    }
  });
}
