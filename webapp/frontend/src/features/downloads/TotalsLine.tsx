import { useTranslation } from '@/i18n/translate.ts';
import { useQueue } from '@/entities/download/queue-query.ts';
import { totalsOf } from '@/entities/download/totals.ts';
import { formatBytes, formatDuration, formatSpeed } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import type { Download } from '@/api/types.ts';
import css from './TotalsLine.module.css';

const LOW_SPACE = 2_000_000_000; // bytes; less than this is worth a warning

/** "2 running · 3 queued · 1 failed · 1.2 MB/s · 3:10 left · 41 GB free" */
export function TotalsLine({ items }: { items: readonly Download[] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const free = useQueue()?.disk_free;
  const { running, queued, paused, failed, speed, left } = totalsOf(items);
  const counts = [
    ['running', running],
    ['queued', queued],
    ['paused', paused],
    ['failed', failed],
  ] as const;
  return (
    <p className={css.totals} data-totals>
      {counts.map(([name, count]) => count > 0 && <span key={name} data-name={name}>{t(`totals.${name}`, { count })}</span>)}
      {speed > 0 && <span>{formatSpeed(speed, locale)}</span>}
      {left !== null && <span>{t('progress.left', { time: formatDuration(left) })}</span>}
      {free !== undefined && (
        <span data-low={free < LOW_SPACE}>{t('queue.freeShort', { size: formatBytes(free, locale) })}</span>
      )}
    </p>
  );
}
