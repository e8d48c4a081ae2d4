import { useTranslation } from 'react-i18next';
import { backend } from '@/lib/backend.ts';
import { useWaitingCount } from '@/lib/downloads/outbox.ts';
import { formatTime } from '@/lib/format.ts';
import { useStreamState } from '@/lib/use-stream.ts';
import { useLocale } from '@/lib/locale.ts';
import { Button } from '@/ui/Button.tsx';
import css from './AwayBanner.module.css';
import { useGuard } from './guard.ts';
import { Login } from './Login.tsx';
import { useCountdown, useHealth } from './use-health.ts';
import { useRestart } from './use-restart.ts';

/** A fix is told in words, or is the command to type. */
function isSentence(fix: string): boolean {
  return fix.endsWith('.');
}

/** Says what happened and what is being done about it, as long as the backend is away. */
export function AwayBanner() {
  const { t } = useTranslation();
  const locale = useLocale();
  const { verdict, since, cause } = useHealth();
  const stream = useStreamState(backend);
  const seconds = useCountdown(stream);
  const guard = useGuard();
  const restart = useRestart();
  const waiting = useWaitingCount();
  if (verdict === 'ok' || verdict === 'connecting') return null;
  if (verdict === 'locked') return <Login />;
  return (
    <section className={css.banner} data-verdict={verdict} aria-label={t('services.backend')}>
      <div className={css.text}>
        <p className={css.title} role="alert">
          {t(`status.${verdict}Title`)}
        </p>
        {cause && <p>{cause.sentence}</p>}
        {cause?.fix && (
          <p className={css.fix}>
            {t('status.fix')} {isSentence(cause.fix) ? cause.fix : <code>{cause.fix}</code>}
          </p>
        )}
        <p className={css.soft}>
          {t('status.keeps')} {waiting > 0 && t('status.waiting', { count: waiting })}{' '}
          {since !== null && t('status.sinceThen', { time: formatTime(since, locale) })}
        </p>
      </div>
      <div className={css.actions}>
        <span className={css.countdown} aria-live="off">
          {seconds === null ? t('status.retrying') : t('status.retryIn', { seconds })}
        </span>
        <Button look="primary" icon="retry" disabled={stream.phase !== 'waiting'} onClick={backend.retryNow}>
          {t('status.retryNow')}
        </Button>
        {guard && (
          <Button
            onClick={() => {
              restart('api');
            }}
          >
            {t('services.restart')}
          </Button>
        )}
      </div>
    </section>
  );
}
