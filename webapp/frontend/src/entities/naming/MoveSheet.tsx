import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { relocate } from '@/api/downloads.ts';
import type { Format } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { Sheet } from '@/components/Sheet.tsx';
import { errorDetail, showRefusal } from '@/entities/download/error-toast.ts';
import { showToast } from '@/stores/toasts.ts';
import css from './PlaceFields.module.css';
import { PlaceFields } from './PlaceFields.tsx';

export interface MoveSheetProps {
  ids: readonly string[];
  format: Format;
  onClose: () => void;
}

/** Gives finished files another folder or name. */
export default function MoveSheet({ ids, format, onClose }: MoveSheetProps) {
  const { t } = useTranslation();
  const [place, setPlace] = useState({ folder: '', template: '' });
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => relocate({ ids: [...ids], folder: place.folder || null, template: place.template || null }),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ changed, refused }) => {
      if (refused[0]) showRefusal(refused[0]);
      else showToast({ tone: 'good', title: t('place.moved', { count: changed.length }), detail: changed[0]?.file?.name });
      onClose();
    },
  });
  return (
    <Sheet
      title={t('place.move')}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <p>{t('place.moveHint', { count: ids.length })}</p>
      <PlaceFields place={place} format={format} onChange={setPlace} />
      {error && (
        <p className={css.bad} role="alert">
          {errorDetail(error)}
        </p>
      )}
      <Button
        look="primary"
        disabled={isPending}
        onClick={() => {
          mutate();
        }}
      >
        {t('place.move')}
      </Button>
    </Sheet>
  );
}
