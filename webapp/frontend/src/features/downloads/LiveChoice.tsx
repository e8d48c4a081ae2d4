import { useTranslation } from '@/i18n/translate.ts';
import { Select } from '@/components/Select.tsx';
import type { Choosing } from './use-chosen.ts';

const LIVE = ['no', 'now', 'start', 'wait'] as const;

/** What is done with a live stream. */
export function LiveChoice({ choosing: { choices, change } }: { choosing: Choosing }) {
  const { t } = useTranslation();
  return (
    <Select
      label={t('live.label')}
      values={LIVE}
      value={choices.live ?? 'no'}
      show={(one) => t(`live.${one}`)}
      onChange={(one) => { change({ live: one === 'no' ? null : one }); }}
    />
  );
}
