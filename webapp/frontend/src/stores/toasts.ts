/** Short messages to the user. Anyone may show one; `components/Toasts.tsx` draws them. */
import { createStore, type ReadableStore } from '@/utils/store.ts';

export interface Toast {
  id: number;
  title: string;
  detail?: string | undefined;
  tone: 'good' | 'bad';
  /** Something to do about it. The toast stays until that is done or it is dismissed. */
  action?: { label: string; run: () => void };
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

/** Shows a toast. It replaces an earlier one with the same words. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  lastId += 1;
  const others = store.get().filter(({ title, detail }) => title !== toast.title || detail !== toast.detail);
  store.set([...withRoom(others), { ...toast, id: lastId }]);
  used.set(true);
}

export function dismissToast(id: number): void {
  store.set(store.get().filter((toast) => toast.id !== id));
}
