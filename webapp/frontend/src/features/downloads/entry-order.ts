/** In which order the entries of a list are shown and downloaded. */
import type { Entry } from '@/api/types.ts';

export type EntryOrder = 'list' | 'newest' | 'oldest' | 'reversed';

export interface NumberedEntry {
  /** Its place in the list as the site has it, from 1. */
  at: number;
  entry: Entry;
}

/** By date only where every entry has one. */
export function ordersOf(entries: readonly Entry[]): readonly EntryOrder[] {
  return entries.every(({ date }) => date != null) ? ['list', 'newest', 'oldest'] : ['list', 'reversed'];
}

/** The oldest first. Of those of one day the order of the list tells which came first, as in the backend (app/lists.py). */
function byDate(entries: readonly NumberedEntry[]): NumberedEntry[] {
  const dateOf = (one: NumberedEntry | undefined): string => one?.entry.date ?? '';
  const rising = dateOf(entries[0]) <= dateOf(entries.at(-1)) ? entries : entries.toReversed();
  return rising.toSorted((a, b) => (dateOf(a) < dateOf(b) ? -1 : Number(dateOf(a) > dateOf(b))));
}

export function inOrder(entries: readonly Entry[], order: EntryOrder): readonly NumberedEntry[] {
  const numbered = entries.map((entry, index) => ({ at: index + 1, entry }));
  const wanted = ordersOf(entries).includes(order) ? order : 'list';
  if (wanted === 'list') return numbered;
  if (wanted === 'reversed') return numbered.toReversed();
  return wanted === 'oldest' ? byDate(numbered) : byDate(numbered).toReversed();
}
