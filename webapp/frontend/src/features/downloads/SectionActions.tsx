import { Fragment, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { Change } from '@/entities/download/mutations.ts';
import type { Download, DownloadState } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import type { ConfirmProps } from '@/components/Confirm.tsx';
import { lazyPart, LazyPart } from '@/components/LazyPart.tsx';

export const confirm = lazyPart<ConfirmProps>(() =>
  import('@/components/Confirm.tsx').then(({ Confirm }) => ({ default: Confirm })),
);

interface SectionActionsProps {
  items: readonly Download[];
  onChange: (change: Change) => void;
}

const BULK = [
  { key: 'resumeAll', states: ['paused'], action: 'resume', from: 2 },
  { key: 'cancelAll', states: ['running', 'queued', 'paused'], action: 'cancel', from: 2 },
  { key: 'retryFailed', states: ['failed'], action: 'retry', from: 2 },
  { key: 'clearFailed', states: ['failed', 'cancelled'], action: 'delete', from: 1 },
] as const satisfies readonly {
  key: string;
  states: readonly DownloadState[];
  action: Change['action'];
  /** Offered from so many items on: one has its own button. */
  from: number;
}[];

function label(key: (typeof BULK)[number]['key'], items: readonly Download[]) {
  if (key !== 'clearFailed' || items.every(({ state }) => state === 'failed')) return `bulk.${key}` as const;
  return items.some(({ state }) => state === 'failed') ? 'bulk.clearBoth' : 'bulk.clearCancelled';
}

/** The same done to every item of a section that it fits. */
export function SectionActions({ items, onChange }: SectionActionsProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return BULK.map(({ key, states, action, from }) => {
    const fitting = items.filter(({ state }) => (states as readonly DownloadState[]).includes(state));
    const ids = fitting.map(({ id }) => id);
    const act = (): void => {
      onChange(action === 'delete' ? { ids, action, file: false } : { ids, action });
    };
    const isAsked = action === 'cancel' && asking; // its button stays, for the focus to return to
    if (fitting.length < from && !isAsked) return null;
    const ask = (): void => {
      setAsking(true);
    };
    return (
      <Fragment key={key}>
        <Button look="quiet" onClick={action === 'cancel' ? ask : act}>
          {t(label(key, fitting))}
        </Button>
        {isAsked && (
          <LazyPart
            of={confirm}
            floating
            given={{
              title: t('confirm.cancelAll', { count: ids.length }),
              detail: t('confirm.canRetry'),
              yes: t('bulk.cancelAll'),
              no: t('confirm.keepAll'),
              onYes: act,
              onClose: () => {
                setAsking(false);
              },
            }}
          />
        )}
      </Fragment>
    );
  });
}
