/** What is wanted of a list that a link leads to: which of its entries, and in which order. */
import { useMemo, useState } from 'react';
import type { Preview } from '@/api/types.ts';
import { inOrder, type EntryOrder, type NumberedEntry } from './entry-order.ts';

export interface ListChoice {
  /** In the order in which they are shown and downloaded; none where there is no list. */
  entries: readonly NumberedEntry[];
  /** Those that are wanted, by their links. */
  chosen: ReadonlySet<string>;
  /** Whether entries that are not loaded yet are wanted too. */
  others: boolean;
  order: EntryOrder;
  choose: (chosen: ReadonlySet<string>, others?: boolean) => void;
  setOrder: (order: EntryOrder) => void;
}

interface State {
  of: Preview | null;
  chosen: ReadonlySet<string>;
  others: boolean;
  order: EntryOrder;
}

const NOTHING: State = { of: null, chosen: new Set(), others: true, order: 'list' };

/** All entries, until the user chooses otherwise. */
export function useList(preview: Preview | null): ListChoice {
  const [kept, setState] = useState(NOTHING);
  const state = kept.of === preview ? kept : stateOf(preview, kept);
  if (state !== kept) setState(state);
  const { chosen, others, order } = state;
  const entries = useMemo(() => inOrder(preview?.entries ?? [], order), [preview, order]);
  return {
    entries,
    chosen,
    others,
    order,
    choose: (next, more = others) => { setState({ ...state, chosen: next, others: more }); },
    setOrder: (next) => { setState({ ...state, order: next }); },
  };
}

/** Of the same list, looked at again or now with all of its entries, what was chosen stays so. */
function stateOf(preview: Preview | null, before: State): State {
  const same = preview !== null && before.of?.key === preview.key;
  const { others, order } = same ? before : NOTHING;
  const known = new Set(same ? before.of?.entries.map(({ url }) => url) : []);
  const wanted = preview?.entries.filter(({ url }) => (known.has(url) ? before.chosen.has(url) : others));
  return { of: preview, chosen: new Set(wanted?.map(({ url }) => url)), others, order };
}
