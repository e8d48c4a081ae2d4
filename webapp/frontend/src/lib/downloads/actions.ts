/**
 * What a user can do to downloads.
 *
 * Every action shows its effect at once and takes it back when it is refused. While the backend is
 * away an action waits in the mutation cache (and over a reload of the page, see outbox.ts) and is
 * sent on its return.
 */
import { useMutation, type QueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { actOnDownload, createDownload, deleteDownload, type DownloadAction } from '../api.ts';
import { say } from '../notices.ts';
import { ApiError } from '../problem.ts';
import type { CreateDownload, Download, DownloadState } from '../types.ts';
import { LIVE_KEY, changeLive, type Downloads } from './live.ts';

export const CREATE_KEY = ['downloads', 'create'] as const;
export const CHANGE_KEY = ['downloads', 'change'] as const;

export type Change =
  | { id: string; action: DownloadAction }
  | { id: string; action: 'delete'; file: boolean };

/** What a change replaced, so that it can be put back. */
interface Before {
  item: Download;
  at: number;
}

const STATE_AFTER: Record<DownloadAction, DownloadState> = {
  pause: 'paused',
  resume: 'queued',
  cancel: 'cancelled',
  retry: 'queued',
};

/** What a person should read about a refused request. */
export function detailOf(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  const { problem } = error;
  if (error.away && !error.unreached) return i18next.t('problem.ambiguous');
  const sentences = problem.errors.length > 0 ? problem.errors.map((e) => e.message) : [problem.detail];
  return [...sentences, problem.fix].filter(Boolean).join(' ');
}

function complain(error: Error): void {
  say({ tone: 'bad', title: i18next.t('action.failed'), detail: detailOf(error) });
}

/** Shows the effect of a change before it has happened. */
export function foresee(client: QueryClient, change: Change): Before | undefined {
  const items = client.getQueryData<Downloads>(LIVE_KEY);
  const at = items?.findIndex(({ id }) => id === change.id) ?? -1;
  const item = items?.[at];
  if (!item) return undefined;
  changeLive(
    client,
    change.action === 'delete'
      ? { type: 'removed', id: change.id }
      : { type: 'download', item: { ...item, state: STATE_AFTER[change.action], error: null } },
  );
  return { item, at };
}

export function takeBack(client: QueryClient, { item, at }: Before): void {
  client.setQueryData<Downloads>(LIVE_KEY, (items = []) =>
    items.some(({ id }) => id === item.id)
      ? items.map((other) => (other.id === item.id ? item : other))
      : items.toSpliced(at, 0, item),
  );
}

/** The same for actions taken now and for those that a reload has brought back. */
export function setUpActions(client: QueryClient): void {
  client.setMutationDefaults(CREATE_KEY, {
    scope: { id: 'create' }, // one after the other: the queue keeps the order of the links
    mutationFn: (wish: CreateDownload) => createDownload(wish),
    onSuccess: (item: Download) => {
      const known = client.getQueryData<Downloads>(LIVE_KEY)?.some(({ id }) => id === item.id);
      if (!known) changeLive(client, { type: 'download', item });
    },
    onError: complain,
  });
  client.setMutationDefaults(CHANGE_KEY, {
    mutationFn: (change: Change) =>
      change.action === 'delete'
        ? deleteDownload(change.id, change.file)
        : actOnDownload(change.id, change.action),
    onMutate: (change: Change) => foresee(client, change),
    onError: (error, _change, before: unknown) => {
      if (before) takeBack(client, before as Before);
      complain(error);
    },
  });
}

export function useCreate(): (wish: CreateDownload) => void {
  return useMutation<Download, Error, CreateDownload>({ mutationKey: CREATE_KEY }).mutate;
}

export function useChange(): (change: Change) => void {
  return useMutation<unknown, Error, Change>({ mutationKey: CHANGE_KEY }).mutate;
}
