/** The library's search and kind, kept in the address: Back and a bookmark find them again. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useLocation, useSearch } from 'wouter';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import { BASE } from '@/utils/base.ts';
import type { LibraryFilter } from './library-query.ts';

export const KINDS = ['all', 'video', 'audio'] as const satisfies readonly LibraryFilter['kind'][];

export type Address = Pick<LibraryFilter, 'q' | 'kind'>;

export function readAddress(search: string): Address {
  const given = new URLSearchParams(search);
  return { q: given.get('q') ?? '', kind: KINDS.find((kind) => kind === given.get('kind')) ?? 'all' };
}

export function writeAddress({ q, kind }: Address): string {
  const search = new URLSearchParams();
  if (q !== '') search.set('q', q);
  if (kind !== 'all') search.set('kind', kind);
  const text = search.toString();
  return text === '' ? '/library' : `/library?${text}`;
}

/** The address, and how to change it: in place, so that Back does not go through every letter. */
export function useAddress(): [Address, (change: Partial<Address>) => void] {
  const [, navigate] = useLocation();
  const address = readAddress(useSearch());
  return [
    address,
    (change) => {
      navigate(writeAddress({ ...address, ...change }), { replace: true, state: history.state as unknown });
    },
  ];
}

const SCROLL_KEY = 'library-scroll';

interface Scroll {
  search: string;
  y: number;
}

function isScroll(value: unknown): value is Scroll {
  return typeof value === 'object' && value !== null && 'search' in value && 'y' in value && typeof value.y === 'number';
}

/** Set by Back and Forward alone: a link to the library leads to its top. */
let cameBack = false;
addEventListener(
  'popstate',
  () => {
    cameBack = true;
    setTimeout(() => {
      cameBack = false;
    }, 1000);
  },
  { capture: true }, // before the router, which draws the library as soon as it has heard of it
);

/** Returns to where the list was left, once it is `ready` to be as long as it was then. */
export function useKeptScroll(ready: boolean): void {
  const wanted = useRef<number | null>(null);
  useLayoutEffect(() => {
    const kept = readJson('session', SCROLL_KEY, isScroll);
    if (cameBack && kept?.search === location.search) wanted.current = kept.y;
    else scrollTo(0, 0);
    let left: Scroll = { search: location.search, y: 0 };
    const remember = (): void => {
      if (location.pathname === `${BASE}/library`) left = { search: location.search, y: scrollY };
    };
    addEventListener('scroll', remember, { passive: true });
    return () => {
      removeEventListener('scroll', remember);
      writeJson('session', SCROLL_KEY, left);
    };
  }, []);
  useEffect(() => {
    if (!ready || wanted.current === null) return;
    scrollTo(0, wanted.current);
    wanted.current = null;
  }, [ready]);
}
