/** The subscriptions, as the backend has them, and what can be done to them. */
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { actOnSubscription, deleteSubscription, listDoomed, listSubscriptions, saveSubscription } from '@/api/subscriptions.ts';
import { onBackendEvent, onSubscriptionChange } from '@/api/event-stream.ts';
import type { Subscription, SubscriptionRequest } from '@/api/types.ts';
import { showErrorToast } from '@/entities/download/error-toast.ts';
import { removeLater } from '@/entities/removal/removal.ts';
import { translate } from '@/i18n/translate.ts';

export const SUBSCRIPTIONS_KEY = ['subscriptions'] as const;

export function useSubscriptions() {
  return useQuery({ queryKey: SUBSCRIPTIONS_KEY, queryFn: ({ signal }) => listSubscriptions(signal) });
}

/** Asks anew whenever one has changed, here or elsewhere. */
export function followSubscriptions(client: QueryClient): void {
  const refresh = (): void => void client.invalidateQueries({ queryKey: SUBSCRIPTIONS_KEY });
  onSubscriptionChange(refresh);
  onBackendEvent(({ type }) => {
    if (type === 'snapshot') refresh(); // what happened while the stream was away is unknown
  });
}

function replace(client: QueryClient, changed: Subscription): void {
  client.setQueryData<Subscription[]>(SUBSCRIPTIONS_KEY, (all) => {
    if (!all?.some(({ id }) => id === changed.id)) return [changed, ...(all ?? [])];
    return all.map((one) => (one.id === changed.id ? changed : one));
  });
}

/** Adds one, or changes the one of that id. */
export function useSave(id: string | null, onSaved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: SubscriptionRequest) => saveSubscription(id, request),
    onSuccess: (saved) => {
      replace(client, saved);
      onSaved();
    },
  });
}

export function useAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: 'look' | 'pause' | 'resume') => actOnSubscription(id, action),
    onSuccess: (changed) => {
      replace(client, changed);
    },
    onError: showErrorToast,
  });
}

/** What a rule would delete of a subscription's files; nothing is asked while there is no rule. */
export function useDoomed(id: string | null, keep: SubscriptionRequest['keep']) {
  const most = keep.last ?? keep.days;
  return useQuery({
    queryKey: [...SUBSCRIPTIONS_KEY, id, 'doomed', keep],
    queryFn: ({ signal }) => listDoomed(id ?? '', keep, signal),
    enabled: id !== null && most != null && Number.isInteger(most) && most > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Removes one, unless that is taken back in time. */
export function removeSubscription(client: QueryClient, { id, title, url }: Subscription): void {
  removeLater({
    id,
    title: translate('subs.removed'),
    name: title ?? url,
    send: async (sending) => {
      await deleteSubscription(id, sending);
      client.setQueryData<Subscription[]>(SUBSCRIPTIONS_KEY, (all) => all?.filter((one) => one.id !== id));
    },
  });
}
