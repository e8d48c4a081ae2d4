import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { Matching } from '@/api/types.ts';
import type { Change } from '@/entities/download/mutations.ts';
import { MAX_SAVED_AT_ONCE, saveFiles } from '@/entities/download/save-files.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { LazyPart } from '@/components/LazyPart.tsx';
import { moveSheet } from '@/entities/naming/lazy-move-sheet.ts';
import { Confirm } from '@/components/Confirm.tsx';
import css from './SelectionBar.module.css';
import type { Selection } from './use-selection.ts';

const MAX_MOVED_AT_ONCE = 1000; // that the backend takes in one request

interface SelectionBarProps {
  selection: Selection;
  /** How many entries there are to pick. */
  total: number;
  /** What the list shows, and since when it is known. */
  matching: Omit<Matching, 'file' | 'but'>;
  onChange: (change: Change) => void;
}

/** What can be done to everything that is picked. */
export function SelectionBar({ selection, total, matching, onChange }: SelectionBarProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [moving, setMoving] = useState(false);
  const { picked, count, allBut } = selection;
  const nothing = count === 0;
  const tooMany = count > MAX_SAVED_AT_ONCE;
  const remove = (file: boolean): void => {
    const all = allBut && { all: { matching: { ...matching, but: [...allBut] }, count } };
    onChange({ ids: picked.map(({ id }) => id), action: 'delete', file, ...all });
    selection.stop();
  };
  return (
    <div className={css.bar} role="toolbar" aria-label={t('selection.title')} data-slot="selecting">
      <p className={css.count} role="status">
        {t('selection.count', { count })}
      </p>
      <Button look="quiet" disabled={count === total} onClick={selection.all}>
        {t('selection.all', { count: total })}
      </Button>
      <span className={css.actions}>
        <Button
          look="quiet"
          icon="save"
          disabled={nothing || tooMany}
          title={tooMany ? t('selection.tooMany', { count: MAX_SAVED_AT_ONCE }) : undefined}
          onClick={() => void saveFiles(picked)}
        >
          {t('action.save')}
        </Button>
        <Button
          look="quiet"
          icon="move"
          title={t('place.move')}
          disabled={nothing || picked.length !== count || count > MAX_MOVED_AT_ONCE}
          onClick={() => {
            setMoving(true);
          }}
        >
          {t('selection.move')}
        </Button>
        <Button
          look="quiet"
          icon="remove"
          title={t('action.removeEntry')}
          disabled={nothing}
          onClick={() => {
            remove(false);
          }}
        >
          {t('selection.remove')}
        </Button>
        <Button
          look="danger"
          icon="trash"
          title={t('action.removeFile')}
          disabled={nothing}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t('action.delete')}
        </Button>
      </span>
      <IconButton icon="close" className={css.done} label={t('selection.stop')} onClick={selection.stop} />
      {moving && (
        <LazyPart
          of={moveSheet}
          given={{
            ids: picked.map(({ id }) => id),
            format: picked[0]?.format ?? 'mp4',
            onClose: () => {
              setMoving(false);
              selection.stop();
            },
          }}
          floating
        />
      )}
      {asking && (
        <Confirm
          title={t('confirm.removeFiles', { count })}
          detail={t('confirm.noWayBack')}
          yes={t('action.delete')}
          onYes={() => {
            remove(true);
          }}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </div>
  );
}
