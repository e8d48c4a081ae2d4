/** Short messages to the user. Anyone may show one; `components/Toasts.tsx` draws them. */
import { createStore, type ReadableStore } from '@/utils/store.ts';

export interface Toast {
  id: number;
  /** Another toast with the same key takes its place. */
  key?: string;
  title: string;
  detail?: string | undefined;
  tone: 'good' | 'bad';
  /** Something to do about it. The toast stays until that is done or it is dismissed. */
  action?: { label: string; run: () => void };
  /** Called when the toast goes away, unless another has taken its place. */
  onDismiss?: () => void;
}

const MAX_SHOWN = 3;

const store = createStore<readonly Toast[]>([]);
const used = createStore(false);
let lastId = 0;

export const toasts: ReadableStore<readonly Toast[]> = store;

/** Whether there has ever been a toast: until then nothing needs to be able to draw one. */
export const toastsUsed: ReadableStore<boolean> = used;

/** Makes room for one more: toasts without an action go first. */
function withRoom(shown: readonly Toast[]): readonly Toast[] {
  if (shown.length < MAX_SHOWN) return shown;
  const gone = shown.find(({ action }) => !action) ?? shown[0];
  return shown.filter((toast) => toast !== gone);
}

function isSame(one: Omit<Toast, 'id'>, other: Omit<Toast, 'id'>): boolean {
  if (one.key !== undefined || other.key !== undefined) return one.key === other.key;
  return one.title === other.title && one.detail === other.detail;
}

/** Shows a toast in place of an earlier one with the same key or words; returns its id. */
export function showToast(toast: Omit<Toast, 'id'>): number {
  lastId += 1;
  const before = store.get();
  const others = withRoom(before.filter((other) => !isSame(other, toast)));
  store.set([...others, { ...toast, id: lastId }]);
  used.set(true);
  for (const other of before) if (!isSame(other, toast) && !others.includes(other)) other.onDismiss?.();
  return lastId;
}

/** Takes a toast away: it was closed, its time is over, or there are newer ones. */
export function dismissToast(id: number): void {
  const toast = store.get().find((one) => one.id === id);
  store.set(store.get().filter((one) => one !== toast));
  toast?.onDismiss?.();
}
