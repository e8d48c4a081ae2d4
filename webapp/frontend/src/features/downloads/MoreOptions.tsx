import { useTranslation } from '@/i18n/translate.ts';
import { lazyPart, LazyPart } from '@/components/LazyPart.tsx';
import { usePreference } from '@/stores/preferences.ts';
import css from './MoreOptions.module.css';
import type { MoreOptionsProps } from './MoreOptionsBody.tsx';

export const moreOptions = lazyPart(() => import('./MoreOptionsBody.tsx'));

/** What few want of a download; fetched when it is first opened. */
export function MoreOptions(given: MoreOptionsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = usePreference('moreOptions');
  return (
    <details
      className={css.more}
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>{t('more.title')}</summary>
      {open && <LazyPart of={moreOptions} given={given} />}
    </details>
  );
}
