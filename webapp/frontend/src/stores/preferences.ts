/** Choices that are on or off, remembered on this device. */
import { useStore } from '@/hooks/use-store.ts';
import { createEmitter } from '@/utils/emitter.ts';
import { readJson, writeJson } from './safe-storage.ts';

const DEFAULTS = { shortcuts: true, notify: false, moreOptions: false, saveHere: false };

export type PreferenceName = keyof typeof DEFAULTS;

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const changes = createEmitter<undefined>();

export function getPreference(name: PreferenceName): boolean {
  return readJson('local', `switch.${name}`, isBoolean) ?? DEFAULTS[name];
}

export function setPreference(name: PreferenceName, on: boolean): void {
  writeJson('local', `switch.${name}`, on);
  changes.emit(undefined);
}

export function usePreference(name: PreferenceName): [boolean, (on: boolean) => void] {
  const on = useStore({ get: () => getPreference(name), subscribe: changes.subscribe });
  return [
    on,
    (next) => {
      setPreference(name, next);
    },
  ];
}
