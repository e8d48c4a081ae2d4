import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { Change } from '@/entities/download/mutations.ts';
import { queuedIds } from '@/entities/download/live-query.ts';
import { useStore } from '@/hooks/use-store.ts';
import { createStore } from '@/utils/store.ts';
import { Icon } from '@/components/icons.tsx';
import { classes } from '@/utils/classes.ts';
import css from './DragHandle.module.css';

type Drag = typeof import('./drag.ts');

/** Once one handle has been touched, every handle can be dragged. */
const drag = createStore<Drag | null>(null);

function loadDrag(): void {
  if (drag.get() === null) import('./drag.ts').then(drag.set, () => undefined); // at the next touch again; the arrow keys work without
}

interface DragHandleProps {
  id: string;
  name: string;
  className: string | undefined;
  onChange: (change: Change) => void;
  children: ReactNode;
}

/** The handle by which a waiting download gets another place: dragged, or moved with arrow keys. */
export function DragHandle({ id, name, className, onChange, children }: DragHandleProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const grip = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<{ place: number; count: number } | null>(null);
  const loaded = useStore(drag);

  useEffect(() => {
    const handle = grip.current;
    const row = handle?.closest('li');
    if (!loaded || !handle || !row) return undefined;
    return loaded.makeSortable({
      row,
      handle,
      id,
      onDrop: (dragged, edge) => {
        const others = queuedIds(client).filter((other) => other !== dragged);
        const before = edge === 'before' ? id : (others[others.indexOf(id) + 1] ?? null);
        onChange({ ids: [dragged], action: 'move', before });
      },
    });
  }, [loaded, client, id, onChange]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const queued = queuedIds(client);
    const to = queued.indexOf(id) + by;
    if (to < 0 || to >= queued.length) return;
    const others = queued.filter((other) => other !== id);
    onChange({ ids: [id], action: 'move', before: others[to] ?? null });
    setPlace({ place: to + 1, count: queued.length });
  };

  return (
    <>
      <button
        ref={grip}
        type="button"
        className={classes(css.grip, className)}
        aria-label={t('move.grip', { title: name })}
        title={t('move.hint')}
        onPointerEnter={loadDrag}
        onTouchStart={loadDrag}
        onPointerDown={loadDrag}
        onKeyDown={onKeyDown}
      >
        <Icon name="grip" size={18} />
        {children}
      </button>
      <span className="visually-hidden" role="status">
        {place && t('move.placed', place)}
      </span>
    </>
  );
}
