/**
 * What a user can do to downloads.
 *
 * Every action shows its effect at once and takes it back when it is refused. While the backend is
 * away an action waits in the mutation cache (and over a reload of the page, see outbox.ts) and is
 * sent on its return.
 */
import { useMutation, useMutationState, type QueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useMemo } from 'react';
import {
  actOnDownload,
  actOnDownloads,
  createDownloads,
  deleteDownload,
  deleteDownloads,
  moveDownload,
  type DownloadAction,
} from '../api.ts';
import { say } from '../notices.ts';
import { ApiError } from '../problem.ts';
import type { Download, DownloadState, Wish } from '../types.ts';
import { complain } from './complain.ts';
import { LIVE_KEY, changeLive, type Downloads } from './live.ts';

export const CREATE_KEY = ['downloads', 'create'] as const;
export const CHANGE_KEY = ['downloads', 'change'] as const;

export type Change =
  | { ids: readonly string[]; action: DownloadAction }
  | { ids: readonly string[]; action: 'delete'; file: boolean }
  | { ids: readonly string[]; action: 'move'; before: string | null };

/** `again`: although it is there already. */
export type Creation = Wish & { again?: boolean };

const CONFLICT = 409;
const MOST_AT_ONCE = 1000; // ids that the backend takes in one request

const STATE_AFTER: Record<DownloadAction, DownloadState> = {
  pause: 'paused',
  resume: 'queued',
  cancel: 'cancelled',
  retry: 'queued',
};

async function deleteAll(ids: readonly string[], file: boolean): Promise<void> {
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    await deleteDownloads(ids.slice(from, from + MOST_AT_ONCE), file);
  }
}

async function send(change: Change): Promise<void> {
  const { ids, action } = change;
  const first = ids[0];
  if (first === undefined) return;
  if (action === 'delete') {
    await (ids.length === 1 ? deleteDownload(first, change.file) : deleteAll(ids, change.file));
  } else if (action === 'move') {
    await moveDownload(first, change.before);
  } else if (ids.length === 1) {
    await actOnDownload(first, action);
  } else {
    const { refused } = await actOnDownloads(ids, action);
    if (refused[0]) say({ tone: 'bad', title: i18next.t('action.failed'), detail: refused[0].detail });
  }
}

/** The queue's place in front of `before`, or behind all others for null. */
function placeBefore(items: Downloads, before: string | null): number {
  const places = items.flatMap(({ position }) => position ?? []).sort((a, b) => a - b);
  const next = items.find(({ id }) => id === before)?.position ?? null;
  if (next === null) return (places.at(-1) ?? 0) + 1;
  return (next + (places[places.indexOf(next) - 1] ?? next - 2)) / 2;
}

/** Shows the effect of a change before it has happened; returns what it replaced. */
export function foresee(client: QueryClient, change: Change): Downloads {
  const items = client.getQueryData<Downloads>(LIVE_KEY) ?? [];
  const touched = items.filter(({ id }) => change.ids.includes(id));
  for (const item of touched) {
    if (change.action === 'delete') {
      changeLive(client, { type: 'removed', id: item.id });
    } else if (change.action === 'move') {
      changeLive(client, { type: 'download', item: { ...item, position: placeBefore(items, change.before) } });
    } else {
      changeLive(client, { type: 'download', item: { ...item, state: STATE_AFTER[change.action], error: null } });
    }
  }
  return touched;
}

/** Puts back what a change had replaced; what was removed returns to its place by age. */
export function takeBack(client: QueryClient, before: Downloads): void {
  client.setQueryData<Downloads>(LIVE_KEY, (items = []) => {
    const old = new Map(before.map((item) => [item.id, item]));
    const kept = items.map((item) => old.get(item.id) ?? item);
    const gone = before.filter(({ id }) => !items.some((item) => item.id === id));
    if (gone.length === 0) return kept;
    return [...kept, ...gone].sort((a, b) => b.created.localeCompare(a.created));
  });
}

/** The same for actions taken now and for those that a reload has brought back. */
export function setUpActions(client: QueryClient): void {
  const create = (creation: Creation): void => {
    client.getMutationCache().build(client, client.defaultMutationOptions({ mutationKey: CREATE_KEY })).execute(creation).catch(() => undefined); // its onError has said so
  };
  client.setMutationDefaults(CREATE_KEY, {
    scope: { id: 'create' }, // one after the other: the queue keeps the order of the links
    mutationFn: ({ again = false, ...wish }: Creation) => createDownloads(wish, again),
    onSuccess: (created: Download[]) => {
      const known = new Set(client.getQueryData<Downloads>(LIVE_KEY)?.map(({ id }) => id));
      for (const item of created) {
        if (!known.has(item.id)) changeLive(client, { type: 'download', item });
      }
    },
    onError: (error, creation: Creation) => {
      if (!(error instanceof ApiError) || error.problem.status !== CONFLICT) {
        complain(error);
        return;
      }
      say({
        tone: 'bad',
        title: i18next.t('action.known'),
        detail: creation.urls[0],
        action: {
          label: i18next.t('action.again'),
          run: () => {
            create({ ...creation, again: true });
          },
        },
      });
    },
  });
  client.setMutationDefaults(CHANGE_KEY, {
    scope: { id: 'change' }, // one after the other: a retry must not overtake the cancel before it
    mutationFn: send,
    onMutate: (change: Change) => foresee(client, change),
    onError: (error, _change, before: unknown) => {
      if (before) takeBack(client, before as Downloads);
      complain(error);
    },
  });
}

export function useCreate(): (creation: Creation) => void {
  return useMutation<Download[], Error, Creation>({ mutationKey: CREATE_KEY }).mutate;
}

export function useChange(): (change: Change) => void {
  return useMutation<unknown, Error, Change>({ mutationKey: CHANGE_KEY }).mutate;
}

/** What is about to be deleted, as far as the backend has not confirmed it. */
export function useLeaving(): ReadonlySet<string> {
  const changes = useMutationState({
    filters: { mutationKey: CHANGE_KEY, status: 'pending' },
    select: ({ state }) => state.variables as Change,
  });
  return useMemo(
    () => new Set(changes.flatMap(({ action, ids }) => (action === 'delete' ? ids : []))),
    [changes],
  );
}
