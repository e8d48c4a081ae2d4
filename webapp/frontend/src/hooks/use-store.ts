import { useSyncExternalStore } from 'react';
import type { ReadableStore } from '@/utils/store.ts';

/** The store's value; the component is drawn again when it changes. */
export function useStore<Value>(store: ReadableStore<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}
