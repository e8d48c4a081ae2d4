/** Single keys that act wherever nothing is being typed. They can be turned off. */
import { useEffect } from 'react';
import { getPreference } from '@/stores/preferences.ts';
import { DIALOG, isIn } from '@/utils/in-front.ts';
import { isTextField } from '@/utils/is-text-field.ts';
import { useEventCallback } from '@/hooks/use-event-callback.ts';

export const SHORTCUTS = ['/', 'd', 'l', 's', '?'] as const;
export type Shortcut = (typeof SHORTCUTS)[number];

const FIND = '[data-shortcut=find]';
/** A list takes letters as well. */
const TAKES_LETTERS = `select, [role=menu], ${DIALOG}`;

/** The link field has the focus when the page opens; no link begins with a question mark. */
function asksInEmptyField({ key, target }: KeyboardEvent): boolean {
  return key === '?' && target instanceof HTMLTextAreaElement && target.matches(FIND) && target.value === '';
}

function isShortcut(key: string): key is Shortcut {
  return (SHORTCUTS as readonly string[]).includes(key);
}

interface Actions {
  onShortcut: (shortcut: Shortcut) => void;
  /** Returns whether there was anything to undo. */
  onUndo: () => boolean;
}

export function useShortcuts(actions: Actions): void {
  const onKeyDown = useEventCallback((event: KeyboardEvent): void => {
    const { ctrlKey, metaKey, altKey, shiftKey, target } = event;
    const key = shiftKey ? event.key : event.key.toLowerCase(); // Caps Lock makes capitals, too
    if (isTextField(target) && !asksInEmptyField(event)) return; // where Ctrl Z takes back what was typed
    if ((ctrlKey || metaKey) && !altKey && !shiftKey && key === 'z') {
      if (actions.onUndo()) event.preventDefault();
      return;
    }
    if (isIn(TAKES_LETTERS, target)) return;
    if (ctrlKey || metaKey || altKey || !isShortcut(key) || !getPreference('shortcuts')) return;
    event.preventDefault();
    actions.onShortcut(key);
  });
  useEffect(() => {
    addEventListener('keydown', onKeyDown);
    return () => {
      removeEventListener('keydown', onKeyDown);
    };
  }, [onKeyDown]);
}

/** The field that `/` leads to: the one for links, or the library's search. */
export function focusField(): void {
  const field = document.querySelector<HTMLElement>(FIND);
  field?.focus();
  field?.scrollIntoView({ block: 'nearest' });
}
