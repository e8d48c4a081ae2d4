import * as Popover from '@radix-ui/react-popover';
import { useTranslation } from '@/i18n/translate.ts';
import { MAX_AT_ONCE } from '@/entities/download/queue-query.ts';
import { formatBytes, formatTime } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import type { QueueChange, QueueState } from '@/api/types.ts';
import { Stepper } from '@/components/Stepper.tsx';
import css from './QueuePopover.module.css';
import { QueueSummary } from './QueueSummary.tsx';

interface QueuePopoverProps {
  queue: QueueState;
  onChange: (change: QueueChange) => void;
}

/** What can be changed about the queue. It comes into being open, on the first press of its button. */
export default function QueuePopover({ queue, onChange }: QueuePopoverProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <Popover.Root defaultOpen>
      <Popover.Trigger asChild>
        <QueueSummary queue={queue} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={css.content}
          align="end"
          sideOffset={4}
          collisionPadding={12}
          aria-label={t('queue.title')}
        >
          <Stepper
            label={t('queue.atOnce')}
            value={queue.concurrency}
            least={1}
            most={MAX_AT_ONCE}
            fewer={t('queue.fewer')}
            more={t('queue.more')}
            onChange={(concurrency) => {
              onChange({ concurrency });
            }}
          />
          <p className={css.fact}>
            <span>{t('queue.free')}</span>
            <strong>{formatBytes(queue.disk_free, locale)}</strong>
          </p>
          {queue.hosts.length > 0 && (
            <section className={css.hosts}>
              <h3>{t('queue.leftAlone')}</h3>
              <p>{t('queue.leftAloneHint')}</p>
              <ul>
                {queue.hosts.map(({ host, open_until }) => (
                  <li key={host} className={css.fact}>
                    <span>{host}</span>
                    <span>{t('queue.until', { time: formatTime(open_until, locale, true) })}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
