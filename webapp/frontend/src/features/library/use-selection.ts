/** Which entries of a list are picked, while picking is on. */
import { useEffect, useRef, useState } from 'react';
import type { Download } from '@/api/types.ts';
import { DIALOG, isIn } from '@/utils/in-front.ts';

export interface Selection {
  on: boolean;
  /** In the order of the list; what has left the list is picked no more. Only what is loaded. */
  picked: readonly Download[];
  /** How many are picked, what is not loaded among them. */
  count: number;
  /** Everything is picked, whether it is loaded or not, but these; else null. */
  allBut: ReadonlySet<string> | null;
  has: (id: string) => boolean;
  start: () => void;
  stop: () => void;
  all: () => void;
  /** Picks or drops one; with `through`, also everything between it and the one touched before. */
  toggle: (id: string, through: boolean) => void;
}

/** `total`: how many entries there are, loaded or not. */
export function useSelection(entries: readonly Download[], total: number): Selection {
  // Of a long list not all ids are known: then it is noted which are not picked.
  const [inverse, setInverse] = useState(false);
  const [ids, setIds] = useState<ReadonlySet<string> | null>(null);
  const last = useRef<string | null>(null);
  const on = ids !== null;
  useEffect(() => {
    if (!on) return undefined;
    const onKeyDown = ({ key, target }: KeyboardEvent): void => {
      if (key === 'Escape' && !isIn(DIALOG, target)) {
        setIds(null);
        setInverse(false);
      }
    };
    addEventListener('keydown', onKeyDown);
    return () => {
      removeEventListener('keydown', onKeyDown);
    };
  }, [on]);
  const toggle = (id: string, through: boolean): void => {
    const range = through ? between(entries, last.current, id) : [id];
    last.current = id;
    setIds((known) => {
      const next = new Set(known);
      const add = !next.has(id);
      for (const one of range) {
        if (add) next.add(one);
        else next.delete(one);
      }
      return next;
    });
  };
  const has = (id: string): boolean => ids !== null && ids.has(id) !== inverse;
  const picked = entries.filter(({ id }) => has(id));
  return {
    on,
    picked,
    count: inverse && ids ? total - ids.size : picked.length,
    allBut: inverse ? ids : null,
    has,
    start: () => {
      last.current = null;
      setInverse(false);
      setIds(new Set());
    },
    stop: () => {
      setInverse(false);
      setIds(null);
    },
    all: () => {
      const isLong = total > entries.length;
      setInverse(isLong);
      setIds(new Set(isLong ? [] : entries.map(({ id }) => id)));
    },
    toggle,
  };
}

function between(entries: readonly Download[], one: string | null, other: string): string[] {
  const ids = entries.map(({ id }) => id);
  const ends = [one === null ? -1 : ids.indexOf(one), ids.indexOf(other)].sort((a, b) => a - b);
  const [from = 0, to = 0] = ends;
  return from < 0 ? [other] : ids.slice(from, to + 1);
}
