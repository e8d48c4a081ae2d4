/** Who is told what happens, as the backend has it; what came of it is asked for again while it is looked at. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { deleteReceiver, listReceivers, renewSecret, saveReceiver, testReceiver } from '@/api/receivers.ts';
import type { Receiver, ReceiverRequest } from '@/api/types.ts';
import { showErrorToast } from '@/entities/download/error-toast.ts';
import { leaving, removeLater } from '@/entities/removal/removal.ts';
import { useStore } from '@/hooks/use-store.ts';
import { translate } from '@/i18n/translate.ts';

const KEY = ['receivers'] as const;
const LOOK_AGAIN = 5000; // milliseconds

/** Without those that are about to go. */
export function useReceivers(): readonly Receiver[] {
  const { data } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listReceivers(signal), refetchInterval: LOOK_AGAIN });
  const gone = useStore(leaving);
  return useMemo(() => (data ?? []).filter(({ id }) => !gone.has(id)), [data, gone]);
}

function useRefresh(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: KEY });
}

/** Adds one, or changes the one of that id. */
export function useSaveReceiver(onSaved: (saved: Receiver & { secret?: string | null }) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, request }: { id: string | null; request: ReceiverRequest }) => saveReceiver(id, request),
    onSuccess: (saved) => {
      onSaved(saved);
      refresh();
    },
  });
}

/** Changes what is no field of the form; what goes wrong is told in a corner. */
export function useReceiverAction<T>(act: (id: string) => Promise<T>, onDone?: (done: T) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: act,
    onSuccess: (done) => {
      onDone?.(done);
      refresh();
    },
    onError: showErrorToast,
  });
}

/** Removes one, unless that is taken back in time. */
export function removeReceiver(client: QueryClient, { id, name }: Receiver): void {
  removeLater({
    id,
    title: translate('receivers.removed'),
    name,
    send: async (sending) => {
      await deleteReceiver(id, sending);
      await client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export { renewSecret, testReceiver };

/** One as it is, to be sent back with something changed; its address stays unless it is given. */
export function requestOf({ name, kind, occasions, enabled, language }: Receiver, change: Partial<ReceiverRequest>): ReceiverRequest {
  return { name, kind, occasions, enabled, language, url: null, ...change };
}
