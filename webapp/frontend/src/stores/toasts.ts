/** Short messages to the user. Anyone may show one; `components/Toasts.tsx` draws them. */
import { createStore, type ReadableStore } from '@/utils/store.ts';
import { whenLeft } from './attention.ts';

export interface Toast {
  id: number;
  /** Another toast with the same key takes its place. */
  key?: string;
  title: string;
  detail?: string | undefined;
  tone: 'good' | 'bad';
  /** Something to do about it. The toast stays until that is done or it is dismissed; others go away by themselves. */
  action?: { label: string; run: () => void };
  /** Called when the toast goes away, unless another has taken its place: then something is done that could be taken back. */
  onDismiss?: () => void;
}

const MAX_SHOWN = 3;
const READ_WITHIN = 7000; // milliseconds

const store = createStore<readonly Toast[]>([]);
const used = createStore(false);
let lastId = 0;

export const toasts: ReadableStore<readonly Toast[]> = store;

/** Whether there has ever been a toast: until then nothing needs to be able to draw one. */
export const toastsUsed: ReadableStore<boolean> = used;

/** Makes room for one more: toasts without an action go first, what can be taken back keeps its time. */
function withRoom(shown: readonly Toast[]): readonly Toast[] {
  if (shown.length < MAX_SHOWN) return shown;
  const gone = shown.find(({ action }) => !action) ?? shown.find(({ onDismiss }) => !onDismiss);
  return shown.filter((toast) => toast !== gone);
}

function isSame(one: Omit<Toast, 'id'>, other: Omit<Toast, 'id'>): boolean {
  if (one.key !== undefined || other.key !== undefined) return one.key === other.key;
  return one.title === other.title && one.detail === other.detail;
}

/** Shows a toast in place of an earlier one with the same key or words; returns its id. */
export function showToast(toast: Omit<Toast, 'id'>): number {
  lastId += 1;
  const id = lastId;
  const before = store.get();
  const others = withRoom(before.filter((other) => !isSame(other, toast)));
  store.set([...others, { ...toast, id }]);
  used.set(true);
  if (!toast.action) {
    whenLeft(READ_WITHIN, { unseen: true }, () => {
      dismissToast(id);
    });
  }
  return id;
}

/** Takes a toast away: it was closed, its time is over, or there are newer ones. */
export function dismissToast(id: number): void {
  const toast = store.get().find((one) => one.id === id);
  if (!toast) return;
  store.set(store.get().filter((one) => one !== toast));
  toast.onDismiss?.();
}
