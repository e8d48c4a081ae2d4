import { localCause } from '@/i18n/failures.ts';
import { translate, useTranslation } from '@/i18n/translate.ts';
import { backendStream } from '@/api/event-stream.ts';
import { useWaitingCount } from '@/entities/download/outbox.ts';
import { formatTime } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import type { Cause } from '@/api/problem.ts';
import type { StreamState } from '@/api/resilient-event-source.ts';
import { useSustained } from '@/hooks/use-sustained.ts';
import { useStore } from '@/hooks/use-store.ts';
import { Button } from '@/components/Button.tsx';
import { classes } from '@/utils/classes.ts';
import css from './OfflineBanner.module.css';
import { guardStatus, hasSeenGuard } from './guard-stream.ts';
import { Login } from './Login.tsx';
import { useCountdown, useHealth } from './use-health.ts';
import { useRestart } from './use-restart.ts';

/** A restart takes half a second: only what lasts longer is worth moving the page for, milliseconds. */
const BRIEF_OUTAGE = 1200;

/** A silence has lasted when it is noticed; but a computer that wakes finds the backend at its first trial. */
export const BRIEF_SILENCE = 400;

/** What can be said where no guard watches the backend: who noticed, and what starts it all. */
function causeWithoutGuard(stream: StreamState): Cause | null {
  const problem = stream.phase === 'open' ? null : stream.problem;
  if (problem?.state != null || hasSeenGuard()) return null; // a guard restarts it by itself
  if (problem === null) return null; // not known yet
  if (problem.hangs) return { kind: 'hangs', sentence: translate('status.hangs'), fix: '' };
  const { kind, values, service, detail, fix } = problem;
  return { kind: kind ?? '', values, sentence: service === null ? '' : detail, fix: fix ?? 'make dev' };
}

/** A fix is told in words, or is the command to type. */
function isSentence(fix: string): boolean {
  return fix.endsWith('.');
}

/** Says what happened and what is being done about it, as long as the backend is away. */
export function OfflineBanner() {
  const { t } = useTranslation();
  const locale = useLocale();
  const { verdict, since, cause } = useHealth();
  const stream = useStore(backendStream.state);
  const seconds = useCountdown(stream);
  const guard = useStore(guardStatus);
  const restart = useRestart();
  const waiting = useWaitingCount();
  const isSilent = stream.phase !== 'open' && stream.silent;
  const lasts = useSustained(verdict !== 'ok' && verdict !== 'connecting', isSilent ? BRIEF_SILENCE : BRIEF_OUTAGE);
  if (verdict === 'locked') return <Login />;
  if (verdict === 'ok' || verdict === 'connecting' || !lasts) return null;
  const why = cause ?? (guard ? null : causeWithoutGuard(stream));
  const told = why && localCause(why);
  // Trying again helps nothing as long as nobody starts it.
  const waitsForUs = guard !== null && (verdict === 'stopped' || verdict === 'broken');
  return (
    <section className={css.banner} data-verdict={verdict} aria-label={t('services.backend')}>
      <div className={css.text}>
        <p className={css.title} role="alert">
          {t(`status.${verdict}Title`)}
        </p>
        {told?.sentence && <p className={classes(css.cause, 'clamp')}>{told.sentence}</p>}
        {told?.fix && (
          <p className={css.fix}>
            {t('status.fix')} {isSentence(told.fix) ? told.fix : <code>{told.fix}</code>}
          </p>
        )}
        <p className={css.soft}>
          {t('status.keeps')} {waiting > 0 && t('status.waiting', { count: waiting })}{' '}
          {since !== null && t('status.sinceThen', { time: formatTime(since, locale) })}
        </p>
      </div>
      <div className={css.actions}>
        {!waitsForUs && (
          <span className={css.countdown} aria-live="off">
            {seconds === null ? t('status.retrying') : t('status.retryIn', { seconds })}
          </span>
        )}
        {guard && (
          <Button
            look={waitsForUs ? 'primary' : 'plain'}
            onClick={() => {
              restart('api');
            }}
          >
            {t(verdict === 'stopped' ? 'services.start' : 'services.restart')}
          </Button>
        )}
        <Button
          look={waitsForUs ? 'plain' : 'primary'}
          icon="retry"
          disabled={stream.phase !== 'waiting'}
          onClick={backendStream.retryNow}
        >
          {t('status.retryNow')}
        </Button>
      </div>
    </section>
  );
}
