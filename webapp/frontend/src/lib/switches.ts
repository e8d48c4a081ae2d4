/** Choices that are on or off, remembered on this device. */
import { useSyncExternalStore } from 'react';
import { recall, remember } from './storage.ts';

const DEFAULTS = { shortcuts: true, notify: false };

export type SwitchName = keyof typeof DEFAULTS;

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const listeners = new Set<() => void>();

export function isOn(name: SwitchName): boolean {
  return recall('local', `switch.${name}`, isBoolean) ?? DEFAULTS[name];
}

export function turn(name: SwitchName, on: boolean): void {
  remember('local', `switch.${name}`, on);
  for (const listener of listeners) listener();
}

export function useSwitch(name: SwitchName): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOn(name),
  );
  return [
    on,
    (next) => {
      turn(name, next);
    },
  ];
}
