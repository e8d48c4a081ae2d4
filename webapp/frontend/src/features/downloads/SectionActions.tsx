import { useTranslation } from 'react-i18next';
import type { Change } from '@/lib/downloads/actions.ts';
import type { Download, DownloadState } from '@/lib/types.ts';
import { Button } from '@/ui/Button.tsx';

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

/** The same done to every item of a section that it fits. */
export function SectionActions({ items, onChange }: SectionActionsProps) {
  const { t } = useTranslation();
  return BULK.map(({ key, states, action, from }) => {
    const fitting = items.filter(({ state }) => (states as readonly DownloadState[]).includes(state));
    if (fitting.length < from) return null;
    return (
      <Button
        key={key}
        look="quiet"
        onClick={() => {
          const ids = fitting.map(({ id }) => id);
          onChange(action === 'delete' ? { ids, action, file: false } : { ids, action });
        }}
      >
        {t(`bulk.${key}`)}
      </Button>
    );
  });
}
