/** What a link leads to, asked for while the user still decides. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { listEntries, previewLink } from '@/api/previews.ts';
import { readLinks } from '@/entities/download/parse-links.ts';
import { isGone } from '@/entities/download/refetch.ts';
import { ApiError } from '@/api/problem.ts';
import type { EntryPage, Preview } from '@/api/types.ts';

const PAUSE = 450; // milliseconds without typing before the link is looked at
const FRESH = 5 * 60_000; // milliseconds

export function previewKey(link: string | null): readonly unknown[] {
  return ['preview', link];
}

/**
 * Of a list, how much of it is there: all, its first entries as long as the rest is `loading` or
 * could not be loaded (`failed`), or as many as can be shown of one that is `longer`.
 */
export interface Extent {
  state: 'whole' | 'loading' | 'failed' | 'longer';
  error: Error | null;
  /** Load the rest, again. */
  retry: () => void;
}

export interface PreviewState {
  /** Of a list, `total` is how many entries the site lists; null if nobody tells. */
  preview: Preview | null;
  extent: Extent;
  looking: boolean;
  error: Error | null;
}

/** Looks at the draft when it is one single link. An older look is cancelled by a newer one. */
export function usePreview(draft: string): PreviewState {
  const reading = readLinks(draft);
  const link = reading.ok && reading.links.length === 1 ? (reading.links[0] ?? null) : null;
  const [settled, setSettled] = useState(link);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(link);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
    };
  }, [link]);
  const enabled = link !== null && link === settled;
  const { data, isFetching, error } = useQuery({
    queryKey: previewKey(link),
    queryFn: ({ signal }) => previewLink(link ?? '', signal),
    enabled,
    retry: false,
    staleTime: FRESH,
  });
  const whole = useWholeList(link, data ?? null);
  if (link === null) return { ...whole, preview: null, looking: false, error: null };
  // A server that is away has a banner of its own; the link need not be blamed for it.
  const blamed = error instanceof ApiError && error.away ? null : error;
  return { ...whole, looking: isFetching && !data, error: blamed }; // what is looked at again stays, with what was chosen of it
}

/** The same with all entries, once they are there: a preview brings only the first of a long list. */
function useWholeList(link: string | null, preview: Preview | null): Pick<PreviewState, 'preview' | 'extent'> {
  const cut = preview !== null && preview.entries.length > 0 && preview.entries.length !== preview.total;
  const { data, fetchStatus, error, refetch } = useQuery({
    queryKey: ['entries', preview?.key],
    queryFn: ({ signal }) => wholeList(link ?? '', preview?.key ?? '', signal),
    enabled: cut,
    staleTime: FRESH,
  });
  const rest = cut ? data : undefined;
  const shown = useMemo(() => (preview && rest ? withAll(preview, rest) : preview), [preview, rest]);
  const retry = (): void => { void refetch(); };
  const missing = fetchStatus === 'fetching' ? 'loading' : 'failed';
  const state = !cut || rest?.complete ? 'whole' : rest ? 'longer' : missing;
  return { preview: shown, extent: { state, error, retry } };
}

/** A backend that was started anew knows nothing of the preview: it has to look at the link again. */
async function wholeList(link: string, key: string, signal: AbortSignal): Promise<EntryPage> {
  try {
    return await listEntries(key, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
    return listEntries((await previewLink(link, signal)).key, signal);
  }
}

function withAll(preview: Preview, { items, total, complete }: EntryPage): Preview {
  const listed = preview.total !== null && preview.total > total ? preview.total : null;
  return { ...preview, entries: items, total: complete ? total : listed };
}
