import { useState } from 'react';
import { Button } from '@/components/Button.tsx';
import { LazyPart, lazyPart } from '@/components/LazyPart.tsx';
import { useTranslation } from '@/i18n/translate.ts';
import type { FeedSheetProps } from './FeedSheet.tsx';

const feedSheet = lazyPart(() => import('./FeedSheet.tsx'));

interface FeedButtonProps extends Omit<FeedSheetProps, 'onClose'> {
  /** What it says to who cannot see where it stands. */
  label?: string;
}

/** Opens what makes a podcast feed. */
export function FeedButton({ of, title, label }: FeedButtonProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        icon="feed"
        aria-label={label}
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('feeds.open')}
      </Button>
      {open && (
        <LazyPart
          of={feedSheet}
          given={{
            of,
            title,
            onClose: () => {
              setOpen(false);
            },
          }}
          floating
        />
      )}
    </>
  );
}
