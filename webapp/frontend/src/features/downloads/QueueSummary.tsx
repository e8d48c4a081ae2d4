import type { ComponentProps } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { QueueState } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import css from './QueueLine.module.css';

interface QueueSummaryProps extends ComponentProps<typeof Button> {
  queue: QueueState;
}

/** "3 at once · 1 site on hold": the button that opens the rest. */
export function QueueSummary({ queue, ...rest }: QueueSummaryProps) {
  const { t } = useTranslation();
  const { concurrency, hosts } = queue;
  return (
    <Button look="quiet" icon="sliders" title={t('queue.title')} {...rest}>
      <span className={css.facts}>
        <span>{t('queue.atOnceShort', { count: concurrency })}</span>
        {hosts.length > 0 && <span className={css.resting}>{t('queue.resting', { count: hosts.length })}</span>}
      </span>
    </Button>
  );
}
