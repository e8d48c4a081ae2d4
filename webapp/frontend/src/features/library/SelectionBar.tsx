import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { Change } from '@/entities/download/mutations.ts';
import { MAX_SAVED_AT_ONCE, saveFiles } from '@/entities/download/save-files.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { Confirm } from '@/components/Confirm.tsx';
import css from './SelectionBar.module.css';
import type { Selection } from './use-selection.ts';

interface SelectionBarProps {
  selection: Selection;
  /** How many entries there are to pick. */
  total: number;
  onChange: (change: Change) => void;
}

/** What can be done to everything that is picked. */
export function SelectionBar({ selection, total, onChange }: SelectionBarProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { picked } = selection;
  const nothing = picked.length === 0;
  const tooMany = picked.length > MAX_SAVED_AT_ONCE;
  const remove = (file: boolean): void => {
    onChange({ ids: picked.map(({ id }) => id), action: 'delete', file });
    selection.stop();
  };
  return (
    <div className={css.bar} role="toolbar" aria-label={t('selection.title')}>
      <p className={css.count} role="status">
        {t('selection.count', { count: picked.length })}
      </p>
      <Button look="quiet" disabled={picked.length === total} onClick={selection.all}>
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
      {asking && (
        <Confirm
          title={t('confirm.removeFiles', { count: picked.length })}
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
