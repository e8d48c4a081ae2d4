/**
 * What a user can do to downloads.
 *
 * Every action shows its effect at once and takes it back when it is refused. While the backend is
 * away an action waits in the mutation cache and is sent on its return.
 */
import { useMutation, useMutationState, useQueryClient, type QueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import {
  actOnDownload,
  createDownload,
  deleteDownload,
  type DownloadAction,
} from '@/lib/api.ts';
import { ApiError } from '@/lib/problem.ts';
import type { CreateDownload, Download, DownloadState } from '@/lib/types.ts';
import { say } from '@/ui/toast.tsx';
import { LIVE_KEY, applyEvent } from './live.ts';

const CREATE_KEY = ['downloads', 'create'] as const;

export type Change =
  | { id: string; action: DownloadAction }
  | { id: string; action: 'delete'; file: boolean };

const STATE_AFTER: Record<DownloadAction, DownloadState> = {
  pause: 'paused',
  resume: 'queued',
  cancel: 'cancelled',
  retry: 'queued',
};

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

/** Shows the effect; returns the way back. */
function foresee(client: QueryClient, change: Change): () => void {
  const before = client.getQueryData<readonly Download[]>(LIVE_KEY);
  const item = before?.find(({ id }) => id === change.id);
  if (!item) return () => undefined;
  const at = before?.indexOf(item) ?? 0;
  client.setQueryData<readonly Download[]>(LIVE_KEY, (items) =>
    change.action === 'delete'
      ? applyEvent(items, { type: 'removed', id: change.id })
      : applyEvent(items, {
          type: 'download',
          item: { ...item, state: STATE_AFTER[change.action], progress: item.progress },
        }),
  );
  return () => {
    client.setQueryData<readonly Download[]>(LIVE_KEY, (items) => {
      if (items?.some(({ id }) => id === item.id)) {
        return applyEvent(items, { type: 'download', item });
      }
      return items?.toSpliced(at, 0, item);
    });
  };
}

export function useChange(): (change: Change) => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationKey: ['downloads', 'change'],
    mutationFn: (change: Change) =>
      change.action === 'delete'
        ? deleteDownload(change.id, change.file)
        : actOnDownload(change.id, change.action),
    onMutate: (change) => foresee(client, change),
    onError: (error, _change, takeBack) => {
      takeBack?.();
      complain(error);
    },
  });
  return mutate;
}

export function useCreate(): (wish: CreateDownload) => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationKey: CREATE_KEY,
    scope: { id: 'create' }, // one after the other: the queue keeps the order of the links
    mutationFn: createDownload,
    onSuccess: (item) => {
      client.setQueryData<readonly Download[]>(LIVE_KEY, (items) =>
        items?.some(({ id }) => id === item.id)
          ? items
          : applyEvent(items, { type: 'download', item }),
      );
    },
    onError: complain,
  });
  return mutate;
}

export interface PendingWish {
  key: number;
  wish: CreateDownload;
  /** Waits for the backend, as opposed to being on its way to it. */
  waits: boolean;
}

/** Wishes that the backend has not confirmed yet, newest first. */
export function usePendingWishes(): PendingWish[] {
  const pending = useMutationState({
    filters: { mutationKey: CREATE_KEY, status: 'pending' },
    select: ({ mutationId, state }) => ({
      key: mutationId,
      wish: state.variables as CreateDownload,
      waits: state.isPaused,
    }),
  });
  return pending.reverse();
}

export function useDiscard(): (key: number) => void {
  const client = useQueryClient();
  return (key) => {
    const cache = client.getMutationCache();
    const mutation = cache.getAll().find(({ mutationId }) => mutationId === key);
    if (mutation) cache.remove(mutation);
  };
}
