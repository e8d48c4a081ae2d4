/** How downloads really stand, asked for when what was shown of them may be wrong. */
import type { QueryClient } from '@tanstack/react-query';
import { getDownload } from '@/api/downloads.ts';
import { onBackendEvent, type BackendEvent } from '@/api/event-stream.ts';
import { ApiError } from '@/api/problem.ts';
import type { Download } from '@/api/types.ts';
import { LIVE_KEY, changeLive, type Downloads } from './live-query.ts';

const NOT_FOUND = 404;

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === NOT_FOUND;
}

function shown(client: QueryClient, id: string): Download | undefined {
  return client.getQueryData<Downloads>(LIVE_KEY)?.find((item) => item.id === id);
}

/** Shows a download as it is; one that was not in the list returns to its place by age. */
function show(client: QueryClient, item: Download): void {
  const known = shown(client, item.id) !== undefined;
  changeLive(client, { type: 'download', item });
  if (known) return;
  client.setQueryData<Downloads>(LIVE_KEY, (items = []) =>
    items.toSorted((a, b) => b.created.localeCompare(a.created)),
  );
}

/** Returns whether anybody was there to ask. */
async function refetchOne(client: QueryClient, id: string): Promise<boolean> {
  const before = shown(client, id);
  const told: BackendEvent[] = [];
  const stop = onBackendEvent((event) => {
    if (event.type === 'snapshot' || (event.type === 'removed' ? event.id : event.item.id) === id) told.push(event);
  });
  try {
    const item = await getDownload(id);
    // What the stream told meanwhile, or the user did, is newer than this answer.
    if (told.length === 0 && shown(client, id) === before) show(client, item);
    return true;
  } catch (error) {
    if (isGone(error)) changeLive(client, { type: 'removed', id });
    return isGone(error);
  } finally {
    stop();
  }
}

/** Where the backend is away, the snapshot with which its stream returns tells all of it. */
export async function refetchDownloads(client: QueryClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (!(await refetchOne(client, id))) return;
  }
}
