import type { ReactNode } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { backendStream } from '@/api/event-stream.ts';
import { type Change } from '@/entities/download/mutations.ts';
import { useChange } from '@/entities/download/use-change.ts';
import { inQueueOrder, useLiveDownloads } from '@/entities/download/live-query.ts';
import { useDiscard, usePendingRequests, type PendingRequest } from '@/entities/download/outbox.ts';
import { displayName } from '@/entities/download/display-name.ts';
import { isUnfinished, type Download } from '@/api/types.ts';
import { useStore } from '@/hooks/use-store.ts';
import { Button } from '@/components/Button.tsx';
import { EmptyState } from '@/components/EmptyState.tsx';
import { classes } from '@/utils/classes.ts';
import css from './DownloadList.module.css';
import { DownloadRow } from './DownloadRow.tsx';
import { HeldNotice, QueueLine } from './QueueLine.tsx';
import { TotalsLine } from './TotalsLine.tsx';
import { SectionActions } from './SectionActions.tsx';

export function DownloadList() {
  const { t } = useTranslation();
  const downloads = useLiveDownloads();
  const pending = usePendingRequests();
  const change = useChange();
  if (downloads === undefined && pending.length === 0) return <NotYet />;
  const active = inQueueOrder((downloads ?? []).filter(isUnfinished));
  const recent = (downloads ?? []).filter((download) => !isUnfinished(download));
  if (active.length + recent.length + pending.length === 0) {
    return (
      <>
        <HeldNotice />
        <EmptyState icon="arrow" title={t('queue.empty')} hint={t('queue.emptyHint')} />
      </>
    );
  }
  return (
    <div className={css.lists}>
      <TotalsLine items={downloads ?? []} />
      <HeldNotice />
      {active.length + pending.length > 0 && (
        <Section title={t('queue.active')} items={active} pending={pending} onChange={change}>
          <QueueLine />
        </Section>
      )}
      {recent.length > 0 && <Section title={t('queue.recent')} items={recent} pending={[]} onChange={change} />}
    </div>
  );
}

function NotYet() {
  const { t } = useTranslation();
  const { phase } = useStore(backendStream.state);
  if (phase === 'waiting') return <EmptyState icon="alert" title={t('queue.unknown')} />;
  return (
    <div className={css.skeletons} role="status" aria-label={t('queue.loading')}>
      <span />
      <span />
      <span />
    </div>
  );
}

interface SectionProps {
  title: string;
  items: readonly Download[];
  pending: readonly PendingRequest[];
  onChange: (change: Change) => void;
  /** What else can be done at its head. */
  children?: ReactNode;
}

function Section({ title, items, pending, onChange, children }: SectionProps) {
  const waiting = items.filter(({ state }) => state === 'queued').length;
  return (
    <section className={css.section} data-list>
      <header className={css.head}>
        <h2 className={css.title}>
          {title} <span>{items.length + pending.length}</span>
        </h2>
        <div className={css.bulk}>
          {children}
          <SectionActions items={items} onChange={onChange} />
        </div>
      </header>
      <ul className={css.rows}>
        {items.map((download) => (
          <DownloadRow
            key={download.id}
            download={download}
            onChange={onChange}
            movable={waiting > 1 && download.state === 'queued'}
          />
        ))}
        {pending.map((wish) => (
          <PendingRow key={wish.key} pending={wish} />
        ))}
      </ul>
    </section>
  );
}

function PendingRow({ pending }: { pending: PendingRequest }) {
  const { t } = useTranslation();
  const discard = useDiscard();
  const [first, ...others] = pending.wish.urls;
  return (
    <li className={css.pending}>
      <div>
        <p className={classes(css.link, 'clamp')} dir="auto" title={first}>
          {displayName({ title: null, url: first ?? '' })} {others.length > 0 && t('queue.andMore', { count: others.length })}
        </p>
        <p className={css.note}>
          {[t(pending.waits ? 'queue.waitingToSend' : 'queue.sending'), pending.wish.format?.toUpperCase()].filter(Boolean).join(' · ')}
        </p>
      </div>
      {pending.waits && (
        <Button
          look="quiet"
          onClick={() => {
            discard(pending.key);
          }}
        >
          {t('queue.discard')}
        </Button>
      )}
    </li>
  );
}
