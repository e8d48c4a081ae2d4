import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type FocusEvent } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { Change } from '@/entities/download/mutations.ts';
import type { Download } from '@/api/types.ts';
import { useEventCallback } from '@/hooks/use-event-callback.ts';
import css from './Entries.module.css';
import { Entry } from './Entry.tsx';

const GAP = 12; // pixels between entries
const MIN_WIDTH = { grid: 220, list: Infinity }; // pixels of an entry
/** Pixels of a row that is not measured: a guess at first, then what one had; or Back would find another place. */
const likelyHeight = { grid: 260, list: 76 };
const AHEAD = 6; // rows before the end at which more are asked for

interface EntriesProps {
  entries: readonly Download[];
  /** How many there are, loaded or not. */
  total: number;
  layout: 'grid' | 'list';
  /** null while nothing can be picked. */
  isPicked: ((id: string) => boolean) | null;
  onPick: (id: string, through: boolean) => void;
  onEnd: () => void;
  onChange: (change: Change) => void;
}

/** Draws only the rows in sight, so that ten thousand entries scroll like ten. */
export function Entries({ entries, total, layout, isPicked, onPick, onEnd, onChange }: EntriesProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const { columns, top } = usePlace(box, MIN_WIDTH[layout]);
  const count = Math.ceil(entries.length / columns);
  const [focused, setFocused] = useState<number | null>(null);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => likelyHeight[layout],
    overscan: 4,
    gap: GAP,
    scrollMargin: top,
    // The row that has the focus stays, also where it is out of sight: taken away, it would give the focus to nobody.
    rangeExtractor: (range) => {
      const inSight = defaultRangeExtractor(range);
      return focused === null || focused >= range.count || inSight.includes(focused) ? inSight : [...inSight, focused].sort((a, b) => a - b);
    },
  });
  const rows = virtual.getVirtualItems();
  useLayoutEffect(() => {
    const element = box.current;
    return () => {
      const row = element?.querySelector<HTMLElement>('[data-index]');
      if (row) likelyHeight[layout] = row.offsetHeight;
    };
  }, [layout]);
  const nearEnd = (virtual.range?.endIndex ?? 0) >= count - AHEAD;
  const more = useEventCallback(onEnd);
  useEffect(() => {
    if (nearEnd) more();
  }, [nearEnd, entries.length, more]);
  useEffect(() => {
    virtual.measure();
  }, [virtual, layout, columns]);
  return (
    <div
      ref={box}
      className={css.entries}
      role="list"
      aria-label={t('library.title')}
      style={{ height: virtual.getTotalSize() }}
      onFocus={(event) => {
        setFocused(rowOf(event.target));
      }}
      onBlur={({ relatedTarget }: FocusEvent) => {
        if (relatedTarget !== null) setFocused(rowOf(relatedTarget)); // a window that is left keeps its place
      }}
    >
      {rows.map((row) => (
        <div
          key={row.key}
          ref={virtual.measureElement}
          data-index={row.index}
          role="presentation"
          className={css.row}
          style={{
            gridTemplateColumns: `repeat(${columns.toString()}, minmax(0, 1fr))`,
            transform: `translateY(${(row.start - top).toString()}px)`,
          }}
        >
          {entries.slice(row.index * columns, (row.index + 1) * columns).map((entry, at) => (
            <Entry
              key={entry.id}
              download={entry}
              layout={layout}
              position={row.index * columns + at + 1}
              total={total}
              picked={isPicked === null ? null : isPicked(entry.id)}
              onPick={onPick}
              onChange={onChange}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function rowOf(element: EventTarget): number | null {
  const row = element instanceof HTMLElement ? element.closest<HTMLElement>('[data-index]') : null;
  return row ? Number(row.dataset.index) : null;
}

/** How many columns fit, and where on the page the box begins. */
function usePlace(box: React.RefObject<HTMLDivElement | null>, narrowest: number) {
  const [place, setPlace] = useState({ columns: 1, top: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = (): void => {
      const { width, top } = element.getBoundingClientRect();
      const fit = Math.max(1, Math.floor((width + GAP) / (narrowest + GAP)));
      // On a phone two small cards a row show more than one large one.
      const columns = narrowest < Infinity && width < 2 * narrowest + GAP ? 2 : fit;
      setPlace({ columns, top: top + window.scrollY });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => {
      observer.disconnect();
    };
  }, [box, narrowest]);
  return place;
}
