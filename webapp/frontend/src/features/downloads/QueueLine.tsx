import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { useChangeQueue, useQueue } from '@/entities/download/queue-query.ts';
import { Button } from '@/components/Button.tsx';
import { lazyPart, LazyPart } from '@/components/LazyPart.tsx';
import css from './QueueLine.module.css';
import { QueueSummary } from './QueueSummary.tsx';

export const queuePopover = lazyPart(() => import('./QueuePopover.tsx'));

/** How the queue runs, in a few words that open what can be changed about it. */
export function QueueLine() {
  const { t } = useTranslation();
  const queue = useQueue();
  const change = useChangeQueue();
  const [wanted, setWanted] = useState(false);
  if (!queue) return null;
  const summary = (onClick?: () => void) => (
    <QueueSummary queue={queue} aria-haspopup="dialog" aria-expanded={wanted} onClick={onClick} />
  );
  const want = (): void => {
    setWanted(true);
  };
  return (
    <>
      {wanted ? (
        <LazyPart of={queuePopover} given={{ queue, onChange: change }} waiting={summary()} failed={summary} />
      ) : (
        summary(want)
      )}
      {!queue.paused && (
        <Button
          look="quiet"
          data-slot="hold"
          onClick={() => {
            change({ paused: true });
          }}
        >
          {t('queue.hold')}
        </Button>
      )}
    </>
  );
}

/** Nothing starts while the queue is held: that must not look like a fault. */
export function HeldNotice() {
  const { t } = useTranslation();
  const queue = useQueue();
  const change = useChangeQueue();
  if (!queue?.paused) return null;
  return (
    <section className={css.held} aria-label={t('queue.title')}>
      <p role="status">
        <strong>{t('queue.held')}</strong> {t('queue.heldHint')}
      </p>
      <Button
        look="primary"
        icon="play"
        data-slot="hold"
        onClick={() => {
          change({ paused: false });
        }}
      >
        {t('queue.goOn')}
      </Button>
    </section>
  );
}
