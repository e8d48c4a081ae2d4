import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import type { QueueState } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import css from './QueueLine.module.css';

const LOW_SPACE = 2_000_000_000; // bytes; less than this is worth a warning

interface QueueSummaryProps extends ComponentProps<typeof Button> {
  queue: QueueState;
}

/** "3 at once · 41 GB free": the button that opens the rest. */
export function QueueSummary({ queue, ...rest }: QueueSummaryProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { concurrency, disk_free: free, hosts } = queue;
  return (
    <Button look="quiet" icon="sliders" title={t('queue.title')} {...rest}>
      <span className={css.facts}>
        <span>{t('queue.atOnceShort', { count: concurrency })}</span>
        <span className={css.space} data-low={free < LOW_SPACE}>
          {t('queue.freeShort', { size: formatBytes(free, locale) })}
        </span>
        {hosts.length > 0 && <span className={css.resting}>{t('queue.resting', { count: hosts.length })}</span>}
      </span>
    </Button>
  );
}
