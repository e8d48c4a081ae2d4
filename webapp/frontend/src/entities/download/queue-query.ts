/** The queue as a whole: how many run at once, whether all is paused, which hosts are on hold. */
import { useMutation, useQuery, type QueryClient } from '@tanstack/react-query';
import { changeQueue, getQueue } from '@/api/downloads.ts';
import { onBackendEvent } from '@/api/event-stream.ts';
import type { QueueChange, QueueState } from '@/api/types.ts';
import { showErrorToast } from './error-toast.ts';

export const QUEUE_KEY = ['queue'] as const;
const CHANGE_QUEUE_KEY = ['queue', 'change'] as const;
const POLL_INTERVAL = 15_000; // milliseconds; free space and cool-downs change without an event

/** As many as the backend lets run at once. */
export const MAX_AT_ONCE = 64;

/** undefined until the backend has told. */
export function useQueue(): QueueState | undefined {
  const { data } = useQuery({
    queryKey: QUEUE_KEY,
    queryFn: ({ signal }) => getQueue(signal),
    refetchInterval: POLL_INTERVAL,
  });
  return data;
}

export function useChangeQueue(): (change: QueueChange) => void {
  return useMutation<QueueState, Error, QueueChange>({ mutationKey: CHANGE_QUEUE_KEY }).mutate;
}

/** The effect of a change shows at once; it is taken back when the change is refused. */
export function setUpQueue(client: QueryClient): void {
  client.setMutationDefaults(CHANGE_QUEUE_KEY, {
    scope: { id: 'queue' }, // the last wish is to be the last that is sent
    mutationFn: changeQueue,
    onMutate: async (change: QueueChange) => {
      await client.cancelQueries({ queryKey: QUEUE_KEY });
      client.setQueryData<QueueState>(QUEUE_KEY, (queue) => queue && { ...queue, ...change });
    },
    onSuccess: (queue: QueueState) => {
      const isLast = client.isMutating({ mutationKey: CHANGE_QUEUE_KEY }) === 1;
      if (isLast) client.setQueryData(QUEUE_KEY, queue);
    },
    onError: (error) => {
      void client.invalidateQueries({ queryKey: QUEUE_KEY });
      showErrorToast(error);
    },
  });
}

/** Looks anew when something failed, which may have opened a breaker, and after an absence. */
export function followQueue(client: QueryClient): void {
  onBackendEvent((event) => {
    if (event.type === 'snapshot' || (event.type === 'download' && event.item.error)) {
      void client.invalidateQueries({ queryKey: QUEUE_KEY });
    }
  });
}
