/** What a link leads to, asked for while the user still decides. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { listEntries, previewLink } from '@/api/previews.ts';
import { readLinks } from '@/entities/download/parse-links.ts';
import { ApiError } from '@/api/problem.ts';
import type { Preview } from '@/api/types.ts';

const PAUSE = 450; // milliseconds without typing before the link is looked at
const FRESH = 5 * 60_000; // milliseconds

export function previewKey(link: string | null): readonly unknown[] {
  return ['preview', link];
}

export interface PreviewState {
  preview: Preview | null;
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
  const whole = useWholeList(data ?? null);
  if (link === null) return { preview: null, looking: false, error: null };
  // A server that is away has a banner of its own; the link need not be blamed for it.
  const blamed = error instanceof ApiError && error.away ? null : error;
  return { preview: whole, looking: isFetching && !data, error: blamed }; // what is looked at again stays, with what was chosen of it
}

/** The same with all entries, once they are there: a preview brings only the first of a long list. */
function useWholeList(preview: Preview | null): Preview | null {
  const cut = preview !== null && preview.entries.length > 0 && preview.entries.length !== preview.total;
  const { data } = useQuery({
    queryKey: ['entries', preview?.key],
    queryFn: ({ signal }) => listEntries(preview?.key ?? '', signal),
    enabled: cut,
    retry: false,
    staleTime: FRESH,
  });
  return useMemo(
    () => (cut && data ? { ...preview, entries: data.items, total: data.total } : preview),
    [cut, data, preview],
  );
}
