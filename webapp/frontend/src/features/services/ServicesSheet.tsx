import { localCause } from '@/i18n/failures.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { backendStream } from '@/api/event-stream.ts';
import { formatTime } from '@/i18n/format.ts';
import { useStore } from '@/hooks/use-store.ts';
import { useLocale } from '@/i18n/locale.ts';
import { Button } from '@/components/Button.tsx';
import { Sheet } from '@/components/Sheet.tsx';
import { displayName } from '@/entities/download/display-name.ts';
import { useLiveDownloads } from '@/entities/download/live-query.ts';
import { guardStream, guardStatus, type Service } from './guard-stream.ts';
import css from './ServicesSheet.module.css';
import { useCountdown, useHealth } from './use-health.ts';
import { useRestart } from './use-restart.ts';

interface ServicesSheetProps {
  onOpenChange: (open: boolean) => void;
}

/** Everything that must run for the app to work, and the buttons that bring it back. */
export default function ServicesSheet({ onOpenChange }: ServicesSheetProps) {
  const { t } = useTranslation();
  return (
    <Sheet title={t('services.title')} onOpenChange={onOpenChange}>
      <Backend />
      <Guard />
    </Sheet>
  );
}

function Backend() {
  const { t } = useTranslation();
  const locale = useLocale();
  const { verdict, since, cause } = useHealth();
  const told = cause && localCause(cause);
  const stream = useStore(backendStream.state);
  const seconds = useCountdown(stream);
  return (
    <section className={css.card} data-verdict={verdict}>
      <header className={css.head}>
        <span className={css.dot} aria-hidden />
        <div>
          <h3>{t('services.backend')}</h3>
          <p className={css.soft}>{t('services.backendHint')}</p>
        </div>
        <p className={css.state}>
          {t(`status.${verdict}`)}
          {since !== null && <small>{t('status.since', { time: formatTime(since, locale) })}</small>}
        </p>
      </header>
      {told && (
        <p className={css.cause}>
          {told.sentence} <span>{told.fix}</span>
        </p>
      )}
      {stream.phase !== 'open' && (
        <footer className={css.foot}>
          <span className={css.soft}>
            {seconds === null ? t('status.retrying') : t('status.retryIn', { seconds })}
          </span>
          <Button icon="retry" disabled={stream.phase !== 'waiting'} onClick={backendStream.retryNow}>
            {t('status.retryNow')}
          </Button>
        </footer>
      )}
    </section>
  );
}

/** The guard answers at its own machine only. */
function isHere(): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
}

/** The dashboard is another origin, which does not know what was chosen here. */
function inLanguage(address: string, language: string): string {
  const url = new URL(address);
  url.searchParams.set('lang', language);
  return url.href;
}

function Guard() {
  const { t, language } = useTranslation();
  const status = useStore(guardStatus);
  const { phase } = useStore(guardStream.state);
  const restart = useRestart();
  return (
    <section className={css.card} data-verdict={status ? 'ok' : 'absent'}>
      <header className={css.head}>
        <span className={css.dot} aria-hidden />
        <div>
          <h3>{t('services.guard')}</h3>
          <p className={css.soft}>{t('services.guardHint')}</p>
        </div>
        <p className={css.state}>
          {status ? t('services.guardOn') : t(phase === 'connecting' ? 'status.connecting' : 'services.guardAbsent')}
        </p>
      </header>
      {status ? (
        <>
          <ul className={css.services}>
            {status.services.map((service) => (
              <ServiceRow key={service.name} service={service} onRestart={restart} />
            ))}
          </ul>
          <Pausing />
          <footer className={css.foot}>
            {isHere() && status.guard.url ? (
              <a className={css.dashboard} href={inLanguage(status.guard.url, language)}>
                {t('services.dashboard')}
              </a>
            ) : (
              <span />
            )}
            <Button
              icon="retry"
              onClick={() => {
                restart(null);
              }}
            >
              {t('services.restartAll')}
            </Button>
          </footer>
        </>
      ) : (
        <p className={css.soft}>{t('services.guardAbsentHint')}</p>
      )}
    </section>
  );
}

const NAMED = 3; // of the downloads that a restart takes along

/** What a restart of the backend takes along. */
function Pausing() {
  const { t } = useTranslation();
  const running = useLiveDownloads()?.filter(({ state }) => state === 'running') ?? [];
  if (running.length === 0) return null;
  const more = running.length - NAMED;
  const titles = [...running.slice(0, NAMED).map(displayName), ...(more > 0 ? [t('queue.andMore', { count: more })] : [])];
  return (
    <p className={css.soft} dir="auto">
      {t('services.pauses', { count: running.length, titles: titles.join(', ') })}
    </p>
  );
}

const VERDICTS: Partial<Record<Service['state'], string>> = {
  READY: 'ok',
  STARTING: 'starting',
  STOPPING: 'starting',
  BACKOFF: 'starting',
};

function ServiceRow({ service, onRestart }: { service: Service; onRestart: (name: string) => void }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { name, state, since, relaunches } = service;
  const cause = service.cause && localCause(service.cause);
  return (
    <li className={css.service} data-verdict={VERDICTS[state] ?? 'broken'}>
      <span className={css.dot} aria-hidden />
      <div className={css.about}>
        <p>
          <strong>{name}</strong> {t(`services.state.${state}`)}
        </p>
        <p className={css.soft}>
          {t('status.since', { time: formatTime(since, locale) })}
          {relaunches > 0 && ` · ${t('services.restarts', { count: relaunches })}`}
        </p>
        {cause && state !== 'READY' && (
          <p className={css.cause}>
            {cause.sentence} <span>{cause.fix}</span>
          </p>
        )}
      </div>
      <Button
        aria-label={t('services.restartName', { name })}
        onClick={() => {
          onRestart(name);
        }}
      >
        {t('services.restart')}
      </Button>
    </li>
  );
}
