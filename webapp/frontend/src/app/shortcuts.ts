/** Single keys that act wherever nothing is being typed. They can be turned off in the settings. */
import { useEffect } from 'react';
import { getPreference } from '@/stores/preferences.ts';
import { isTextField } from '@/utils/is-text-field.ts';
import { useEventCallback } from '@/hooks/use-event-callback.ts';

export const SHORTCUTS = ['/', 'd', 'l', 's', '?'] as const;
export type Shortcut = (typeof SHORTCUTS)[number];

/** A list takes letters as well, and what is open in front of the page has the keys to itself. */
function isBusy(target: EventTarget | null): boolean {
  if (isTextField(target)) return true;
  return target instanceof HTMLElement && target.closest('select, [role=dialog], [role=alertdialog], [role=menu]') !== null;
}

function isShortcut(key: string): key is Shortcut {
  return (SHORTCUTS as readonly string[]).includes(key);
}

export function useShortcuts(act: (shortcut: Shortcut) => void): void {
  const latest = useEventCallback(act);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      if (!isShortcut(event.key) || !getPreference('shortcuts')) return;
      event.preventDefault();
      latest(event.key);
    };
    addEventListener('keydown', onKeyDown);
    return () => {
      removeEventListener('keydown', onKeyDown);
    };
  }, [latest]);
}

/** The field that `/` leads to: the one for links, or the library's search. */
export function focusField(): void {
  const field = document.querySelector<HTMLElement>('[data-shortcut=find]');
  field?.focus();
  field?.scrollIntoView({ block: 'nearest' });
}
