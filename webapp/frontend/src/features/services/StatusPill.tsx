import { useTranslation } from '@/i18n/translate.ts';
import css from './StatusPill.module.css';
import { useHealth } from './use-health.ts';

export function StatusPill({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  const { verdict } = useHealth();
  return (
    <button type="button" className={css.pill} data-verdict={verdict} onClick={onOpen} title={t('status.open')}>
      <span className={css.dot} aria-hidden />
      <span className={css.text} role="status">
        {t(`status.${verdict}`)}
      </span>
    </button>
  );
}
