/**
 * Changes that can still be taken back: the page shows them, the backend has not been told.
 *
 * There is one hold for each kind of change, so that ten rows removed one after the other are one
 * thing to undo.
 */
import { isAudio, type Download } from '@/api/types.ts';
import { createStore } from '@/utils/store.ts';
import type { AllOf, Change } from './mutations.ts';

export type UndoableChange = Extract<Change, { action: 'cancel' | 'delete' }>;

export interface Hold {
  change: UndoableChange;
  /** Downloads that were stopped for the time being: an undo starts them again. */
  stopped: readonly string[];
}

export type HoldKey = 'cancel' | 'delete' | 'delete-file';

export const holds = createStore<ReadonlyMap<HoldKey, Hold>>(new Map());

export function keyOf(change: UndoableChange): HoldKey {
  if (change.action === 'cancel') return 'cancel';
  return change.file ? 'delete-file' : 'delete';
}

/** The ids that are held back from being deleted. */
export function heldDeletions(held: ReadonlyMap<HoldKey, Hold>): string[] {
  return [...held.values()].flatMap(({ change }) => (change.action === 'delete' ? change.ids : []));
}

/** Whether a held or pending deletion of all that a list shows is about this finished download, too. */
export function isAmong({ matching }: AllOf, { id, finished, format }: Download): boolean {
  const ofKind = matching.kind == null || (matching.kind === 'audio') === isAudio(format);
  return ofKind && (finished ?? '') <= matching.as_of && !matching.but.includes(id);
}

/** How the list looks once what is held has happened. What no hold is about stays the same object. */
export function withHeld(items: readonly Download[], held: ReadonlyMap<HoldKey, Hold>): readonly Download[] {
  if (held.size === 0) return items;
  const deleted = new Set(heldDeletions(held));
  const cancelled = new Set(held.get('cancel')?.change.ids);
  return items
    .filter(({ id }) => !deleted.has(id))
    .map((item) => (cancelled.has(item.id) ? { ...item, state: 'cancelled' as const } : item));
}
