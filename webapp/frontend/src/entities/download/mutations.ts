/**
 * What a user can do to downloads.
 *
 * Every action shows its effect at once; when it is refused, how things really stand is asked for:
 * what was there before may have changed meanwhile. While the backend is away an action waits in the
 * mutation cache (and over a reload of the page, see outbox.ts) and is sent on its return.
 */
import { useMutation, useMutationState, type QueryClient } from '@tanstack/react-query';
import { translate } from '@/i18n/translate.ts';
import { useMemo } from 'react';
import { type DownloadAction, actOnDownload, actOnDownloads, createDownloads, deleteDownload, deleteDownloads, deleteMatching, moveDownload } from '@/api/downloads.ts';
import type { Sending } from '@/api/request.ts';
import { showToast } from '@/stores/toasts.ts';
import { ApiError } from '@/api/problem.ts';
import type { Changes, Download, DownloadState, DownloadRequest, Matching } from '@/api/types.ts';
import { useStore } from '@/hooks/use-store.ts';
import { heldDeletions, holds } from './held-changes.ts';
import { showErrorToast, showRefusal } from './error-toast.ts';
import { restoreDraft } from './draft-store.ts';
import { noteToSave } from './save-here.ts';
import { LIVE_KEY, changeLive, type Downloads } from './live-query.ts';
import { isGone, refetchDownloads } from './refetch.ts';

export const CREATE_KEY = ['downloads', 'create'] as const;
export const CHANGE_KEY = ['downloads', 'change'] as const;

export type Change =
  | { ids: readonly string[]; action: Exclude<DownloadAction, 'cancel'> }
  | { ids: readonly string[]; action: 'cancel' }
  | { ids: readonly string[]; action: 'delete'; file: boolean; all?: AllOf }
  | { ids: readonly string[]; action: 'move'; before: string | null };

/** Everything that a list shows, `count` of them, of which `ids` are loaded. */
export interface AllOf {
  matching: Omit<Matching, 'file'>;
  count: number;
}

/** How many downloads a change is about. */
export function countOf(change: Change): number {
  return change.action === 'delete' && change.all ? change.all.count : change.ids.length;
}

type Refusal = Changes['refused'][number];

/** `again`: although it is there already. */
export type Creation = DownloadRequest & { again?: boolean };

const CONFLICT = 409;
const MAX_AT_ONCE = 1000; // ids or links that the backend takes in one request

const STATE_AFTER: Record<DownloadAction, DownloadState> = {
  pause: 'paused',
  resume: 'queued',
  cancel: 'cancelled',
  retry: 'queued',
  stop: 'queued',
};

function chunks(all: readonly string[]): (readonly string[])[] {
  const parts = [];
  for (let from = 0; from < all.length; from += MAX_AT_ONCE) parts.push(all.slice(from, from + MAX_AT_ONCE));
  return parts;
}

async function requestForMany(change: Change, sending: Sending): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const ids of chunks(change.ids)) {
    if (change.action === 'delete') await deleteDownloads(ids, change.file, sending);
    else if (change.action !== 'move') refusals.push(...(await actOnDownloads(ids, change.action, sending)).refused);
  }
  return refusals;
}

/** Asks the backend for a change; returns which of many downloads were refused it. */
export async function requestChange(change: Change, sending: Sending = {}): Promise<Refusal[]> {
  const { ids, action } = change;
  const first = ids[0];
  if (first === undefined) return [];
  if (action === 'delete' && change.all) return (await deleteMatching({ ...change.all.matching, file: change.file }, sending)).refused;
  if (action === 'move') await moveDownload(first, change.before);
  else if (ids.length > 1) return requestForMany(change, sending);
  else if (action === 'delete') await deleteDownload(first, change.file, sending);
  else await actOnDownload(first, action, sending);
  return [];
}

/** The queue's place in front of `before`, or behind all others for null. */
function placeBefore(items: Downloads, before: string | null): number {
  const places = items.flatMap(({ position }) => position ?? []).sort((a, b) => a - b);
  const next = items.find(({ id }) => id === before)?.position ?? null;
  if (next === null) return (places.at(-1) ?? 0) + 1;
  return (next + (places[places.indexOf(next) - 1] ?? next - 2)) / 2;
}

/** Shows the effect of a change before it has happened. */
function applyOptimistically(client: QueryClient, change: Change): void {
  const items = client.getQueryData<Downloads>(LIVE_KEY) ?? [];
  for (const item of items.filter(({ id }) => change.ids.includes(id))) {
    if (change.action === 'delete') {
      changeLive(client, { type: 'removed', id: item.id });
    } else if (change.action === 'move') {
      changeLive(client, { type: 'download', item: { ...item, position: placeBefore(items, change.before) } });
    } else {
      changeLive(client, { type: 'download', item: { ...item, state: STATE_AFTER[change.action], error: null } });
    }
  }
}

function execute(client: QueryClient, mutationKey: readonly string[], variables: unknown): void {
  const mutation = client.getMutationCache().build(client, client.defaultMutationOptions({ mutationKey }));
  mutation.execute(variables).catch(() => undefined); // its onError has said so
}

/** The same for actions taken now and for those that a reload has brought back. */
export function setUpMutations(client: QueryClient): void {
  client.setMutationDefaults(CREATE_KEY, {
    scope: { id: 'create' }, // one after the other: the queue keeps the order of the links
    mutationFn: ({ again = false, ...wish }: Creation) => createDownloads(wish, again),
    onSuccess: (created: Download[]) => {
      const listed = client.getQueryData<Downloads>(LIVE_KEY) ?? [];
      noteToSave(created, listed);
      const known = new Set(listed.map(({ id }) => id));
      for (const item of created) {
        if (!known.has(item.id)) changeLive(client, { type: 'download', item });
      }
    },
    onError: (error, creation: Creation) => {
      if (!(error instanceof ApiError) || error.problem.status !== CONFLICT) {
        restoreDraft(creation.urls);
        showErrorToast(error);
        return;
      }
      showToast({
        tone: 'bad',
        title: translate('action.known'),
        detail: creation.urls[0],
        action: {
          label: translate('action.again'),
          run: () => {
            execute(client, CREATE_KEY, { ...creation, again: true });
          },
        },
      });
    },
  });
  client.setMutationDefaults(CHANGE_KEY, {
    scope: { id: 'change' }, // one after the other: a retry must not overtake the cancel before it
    mutationFn: (change: Change) => requestChange(change),
    onMutate: (change: Change) => {
      applyOptimistically(client, change);
    },
    onSuccess: (refused: readonly Refusal[]) => {
      if (refused[0]) showRefusal(refused[0]);
      void refetchDownloads(client, refused.map(({ id }) => id));
    },
    onError: (error, change: Change) => {
      void refetchDownloads(client, change.ids);
      const wasWanted = change.action === 'delete' && isGone(error);
      if (!wasWanted) showErrorToast(error);
    },
  });
}

export function useCreate(): (creation: Creation) => void {
  const { mutate } = useMutation<Download[], Error, Creation>({ mutationKey: CREATE_KEY });
  return ({ entries = [], ...creation }) => {
    for (const urls of chunks(creation.urls)) {
      const own = new Set(urls);
      mutate({ ...creation, urls, entries: entries.filter(({ url }) => own.has(url)) }); // and no other: each part may wait in the storage
    }
  };
}

/** Asks for downloads once more, or lets that wait until the backend is there. */
export function sendCreation(client: QueryClient, creation: Creation): void {
  execute(client, CREATE_KEY, creation);
}

/** Sends a change, or lets it wait until the backend is there. */
export function sendChange(client: QueryClient, change: Change): void {
  execute(client, CHANGE_KEY, change);
}

/** Lists of which all is about to be deleted, as far as the backend has not confirmed it. */
export function usePendingDeletionsOfAll(): readonly AllOf[] {
  const changes = useMutationState({
    filters: { mutationKey: CHANGE_KEY, status: 'pending' },
    select: ({ state }) => state.variables as Change,
  });
  const held = useStore(holds);
  return useMemo(() => {
    const all = [...[...held.values()].map(({ change }) => change), ...changes];
    return all.flatMap((change) => (change.action === 'delete' && change.all ? [change.all] : []));
  }, [changes, held]);
}

/** What is about to be deleted, as far as the backend has not confirmed it. */
export function usePendingDeletions(): ReadonlySet<string> {
  const changes = useMutationState({
    filters: { mutationKey: CHANGE_KEY, status: 'pending' },
    select: ({ state }) => state.variables as Change,
  });
  const held = useStore(holds);
  return useMemo(
    () => new Set([...heldDeletions(held), ...changes.flatMap(({ action, ids }) => (action === 'delete' ? ids : []))]),
    [changes, held],
  );
}
