/** Ten seconds in which removing a subscription can be taken back; it is hidden meanwhile. */
import type { QueryClient } from '@tanstack/react-query';
import { deleteSubscription } from '@/api/subscriptions.ts';
import type { Subscription } from '@/api/types.ts';
import { showErrorToast } from '@/entities/download/error-toast.ts';
import { UNDO_TIME } from '@/entities/download/undo.ts';
import { translate } from '@/i18n/translate.ts';
import { dismissToast, showToast } from '@/stores/toasts.ts';
import { createStore, type ReadableStore } from '@/utils/store.ts';
import { SUBSCRIPTIONS_KEY } from './subscription-query.ts';

const store = createStore<ReadonlySet<string>>(new Set());

/** Those that are about to go. */
export const leaving: ReadableStore<ReadonlySet<string>> = store;

function mark(id: string, gone: boolean): void {
  const next = new Set(store.get());
  if (gone) next.add(id);
  else next.delete(id);
  store.set(next);
}

async function send(client: QueryClient, id: string, keepalive = false): Promise<void> {
  try {
    await deleteSubscription(id, { keepalive });
    client.setQueryData<Subscription[]>(SUBSCRIPTIONS_KEY, (all) => all?.filter((one) => one.id !== id));
  } catch (error) {
    if (error instanceof Error) showErrorToast(error);
  }
  mark(id, false);
}

export function removeSubscription(client: QueryClient, { id, title, url }: Subscription): void {
  mark(id, true);
  const end = (act: () => void): void => {
    if (!store.get().has(id)) return;
    clearTimeout(timer);
    removeEventListener('pagehide', leave);
    act();
  };
  const commit = (): void => {
    end(() => void send(client, id));
  };
  const leave = (): void => {
    end(() => void send(client, id, true));
  };
  const toast = showToast({
    key: `subscription ${id}`,
    tone: 'good',
    title: translate('subs.removed'),
    detail: title ?? url,
    action: {
      label: translate('undo.undo'),
      run: () => {
        end(() => {
          mark(id, false);
        });
      },
    },
    onDismiss: commit, // closed: it is meant
  });
  const timer = setTimeout(() => {
    commit();
    dismissToast(toast);
  }, UNDO_TIME);
  addEventListener('pagehide', leave);
}
