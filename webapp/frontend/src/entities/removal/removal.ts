/** Ten seconds in which a removal can be taken back; what is removed is hidden meanwhile. */
import { showErrorToast } from '@/entities/download/error-toast.ts';
import { translate } from '@/i18n/translate.ts';
import { offerUndo } from '@/stores/undo.ts';
import { createStore, type ReadableStore } from '@/utils/store.ts';

const store = createStore<ReadonlySet<string>>(new Set());

/** The ids of those that are about to go. */
export const leaving: ReadableStore<ReadonlySet<string>> = store;

function mark(id: string, gone: boolean): void {
  const next = new Set(store.get());
  if (gone) next.add(id);
  else next.delete(id);
  store.set(next);
}

/** How to take back each removal whose time is not over. */
const undoing = new Map<string, () => void>();

/** Takes back a removal that has become wrong, as when there is something new in its place. */
export function recall(id: string): void {
  undoing.get(id)?.();
}

export interface Removal {
  id: string;
  /** What is said: "Subscription removed". */
  title: string;
  /** What it is called. */
  name: string;
  /** Sends it, once it is meant; `keepalive` where the page is about to go. */
  send: (sending: { keepalive: boolean }) => Promise<void>;
}

async function commit({ id, send }: Removal, keepalive: boolean): Promise<void> {
  try {
    await send({ keepalive });
  } catch (error) {
    if (error instanceof Error) showErrorToast(error);
  }
  mark(id, false);
}

/** Hides it, and sends the removal when the time is over, its notice is closed or the page is left. */
export function removeLater(removal: Removal): void {
  const { id, title, name } = removal;
  let isOver = false;
  mark(id, true);
  const end = (act: () => void): void => {
    if (isOver) return;
    isOver = true;
    undoing.delete(id);
    removeEventListener('pagehide', leave);
    act();
    withdraw();
  };
  const send = (keepalive: boolean) => () => {
    void commit(removal, keepalive);
  };
  const leave = (): void => {
    end(send(true));
  };
  const takeBack = (): void => {
    end(() => {
      mark(id, false);
    });
  };
  const withdraw = offerUndo({
    key: `removal ${id}`,
    title,
    detail: name,
    label: translate('undo.undo'),
    takeBack,
    commit: () => {
      end(send(false));
    },
  });
  undoing.set(id, takeBack);
  addEventListener('pagehide', leave);
}
