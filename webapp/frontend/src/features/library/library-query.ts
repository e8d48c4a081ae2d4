/** Finished downloads, a page at a time, kept right by the event stream. */
import {
  keepPreviousData,
  useInfiniteQuery,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { listDownloads } from '@/api/downloads.ts';
import { onBackendEvent, type BackendEvent } from '@/api/event-stream.ts';
import { isAudio, type Download, type DownloadPage, type DownloadSort } from '@/api/types.ts';

const PAGE = 200;
const SETTLED_AFTER = 1000; // milliseconds: a batch that ends asks once for the list, not at every file
const LIBRARY_KEY = ['library'] as const;

export interface LibraryFilter {
  q: string;
  kind: 'all' | 'video' | 'audio';
  sort: DownloadSort;
}

export type Pages = InfiniteData<DownloadPage, string | null>;

export function libraryKey(filter: LibraryFilter) {
  return [...LIBRARY_KEY, filter] as const;
}

export function useLibrary(filter: LibraryFilter) {
  const { q, kind, sort } = filter;
  return useInfiniteQuery({
    queryKey: libraryKey(filter),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      listDownloads(
        { state: ['done'], limit: PAGE, sort, q, kind: kind === 'all' ? null : kind, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

function holds(pages: Pages, id: string): boolean {
  return pages.pages.some(({ items }) => items.some((item) => item.id === id));
}

function isOfKind({ kind }: LibraryFilter, { format }: Download): boolean {
  return kind === 'all' || (kind === 'audio') === isAudio(format);
}

/**
 * The pages after an event: what is gone leaves, what changed is exchanged, what is new comes first.
 *
 * Returns null when only the backend can tell where something new belongs.
 */
export function applyToPages(pages: Pages, filter: LibraryFilter, event: BackendEvent): Pages | null {
  if (event.type === 'snapshot') return pages;
  const id = event.type === 'removed' ? event.id : event.item.id;
  const done = event.type === 'download' && event.item.state === 'done' ? event.item : null;
  const first = pages.pages[0];
  const counted = (by: number): Pages['pages'] =>
    pages.pages.map((page, at) => (at === 0 && page.total != null ? { ...page, total: page.total + by } : page));
  if (holds(pages, id)) {
    const change = (items: Download[]): Download[] =>
      done ? items.map((item) => (item.id === id ? done : item)) : items.filter((item) => item.id !== id);
    return { ...pages, pages: counted(done ? 0 : -1).map((page) => ({ ...page, items: change(page.items) })) };
  }
  if (done === null || first === undefined || !isOfKind(filter, done)) return pages;
  if (filter.sort !== 'newest' || filter.q !== '') return null;
  const [top = first, ...rest] = counted(1);
  return { ...pages, pages: [{ ...top, items: [done, ...top.items] }, ...rest] };
}

export function followLibrary(client: QueryClient): () => void {
  let settled: ReturnType<typeof setTimeout> | undefined;
  return onBackendEvent((event) => {
    if (event.type === 'snapshot') {
      // What happened while the stream was away is unknown: ask again.
      void client.invalidateQueries({ queryKey: LIBRARY_KEY });
      return;
    }
    for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: LIBRARY_KEY })) {
      if (!pages) continue;
      const changed = applyToPages(pages, key[1] as LibraryFilter, event);
      if (changed) {
        client.setQueryData<Pages>(key, changed);
      } else {
        clearTimeout(settled);
        settled = setTimeout(() => void client.invalidateQueries({ queryKey: LIBRARY_KEY }), SETTLED_AFTER);
      }
    }
  });
}
