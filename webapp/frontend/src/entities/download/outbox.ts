/** Actions that the backend has not confirmed: shown, discarded, and kept over a reload. */
import {
  useMutationState,
  useQueryClient,
  type Mutation,
  type MutationState,
  type QueryClient,
} from '@tanstack/react-query';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import { offerUndo } from '@/stores/undo.ts';
import type { DownloadRequest } from '@/api/types.ts';
import { translate } from '@/i18n/translate.ts';
import { displayName } from './display-name.ts';
import { CREATE_KEY, sendCreation, type Creation } from './mutations.ts';

/** In the session's storage: another tab must not send the same again. */
const STORAGE_KEY = 'outbox';

export interface PendingRequest {
  key: number;
  wish: DownloadRequest;
  /** Waits for the backend, as opposed to being on its way to it. */
  waits: boolean;
}

function isWaiting({ state }: Mutation): boolean {
  return state.status === 'pending' && state.isPaused;
}

/** Wishes that the backend has not confirmed yet, in their order. */
export function usePendingRequests(): PendingRequest[] {
  return useMutationState({
    filters: { mutationKey: CREATE_KEY, status: 'pending' },
    select: ({ mutationId, state }) => ({
      key: mutationId,
      wish: state.variables as DownloadRequest,
      waits: state.isPaused,
    }),
  });
}

/** How many actions of any kind wait for the backend. */
export function useWaitingCount(): number {
  return useMutationState({ filters: { predicate: isWaiting }, select: () => null }).length;
}

/** Takes a request away before it is sent; for a while it can be had back, behind all others. */
export function useDiscard(): (key: number) => void {
  const client = useQueryClient();
  return (key) => {
    const cache = client.getMutationCache();
    const mutation = cache.getAll().find(({ mutationId }) => mutationId === key);
    if (!mutation) return;
    cache.remove(mutation);
    const creation = mutation.state.variables as Creation;
    const [first = ''] = creation.urls;
    const count = creation.urls.length;
    const withdraw = offerUndo({
      key: `discard ${key.toString()}`,
      title: translate('undo.discard', { count }),
      detail: count === 1 ? displayName({ title: null, url: first }) : undefined,
      label: translate('undo.undo'),
      takeBack: () => {
        withdraw();
        sendCreation(client, creation);
      },
      commit: () => {
        withdraw();
      },
    });
  };
}

/** The little of `dehydrate` and `hydrate` that is needed here: those take a kilobyte more. */
interface Kept {
  mutations: { mutationKey: readonly unknown[]; state: MutationState<unknown, unknown> }[];
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'mutations' in value && Array.isArray(value.mutations);
}

export function saveOutbox(client: QueryClient): void {
  const mutations = client
    .getMutationCache()
    .getAll()
    .filter(isWaiting)
    .map(({ options, state }) => ({ mutationKey: options.mutationKey, state }));
  writeJson('session', STORAGE_KEY, { mutations });
}

/** Brings back what waited before the page was loaded anew, and keeps what waits from now on. */
export function keepOutbox(client: QueryClient): void {
  const cache = client.getMutationCache();
  for (const { mutationKey, state } of readJson('session', STORAGE_KEY, isKept)?.mutations ?? []) {
    cache.build(client, { mutationKey }, state);
  }
  cache.subscribe(() => {
    saveOutbox(client);
  });
}
