/** State that the page shares: one value, and those who follow it. React reads it with `useStore`. */
import { createEmitter } from './emitter.ts';

export interface ReadableStore<Value> {
  get: () => Value;
  /** Calls the listener after each change; returns how to unsubscribe. */
  subscribe: (listener: () => void) => () => void;
}

export interface Store<Value> extends ReadableStore<Value> {
  set: (value: Value) => void;
}

export function createStore<Value>(initial: Value): Store<Value> {
  const changes = createEmitter<undefined>();
  let current = initial;
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      changes.emit(undefined);
    },
    subscribe: (listener) => changes.subscribe(listener),
  };
}
