import { useState } from 'react';
import { CheckboxGroup } from '@/components/CheckboxGroup.tsx';
import { Field } from '@/components/Field.tsx';
import { useTranslation } from '@/i18n/translate.ts';
import { ENTRY_KINDS, type Complaints, type Draft } from './draft.ts';
import css from './Subscriptions.module.css';

const TEXTS = ['contains', 'matches'] as const;
const LENGTHS = ['longer', 'shorter'] as const;

interface FilterFieldsProps {
  draft: Draft;
  complaints: Complaints;
  onChange: (part: Partial<Draft>) => void;
}

/** Which entries are wanted; folded, as most people want them all. */
export function FilterFields({ draft, complaints, onChange }: FilterFieldsProps) {
  const { t } = useTranslation();
  const inUse = [...TEXTS, ...LENGTHS, 'after' as const].some((one) => draft[one] !== '') || draft.kinds.length > 0;
  const [unfolded] = useState(inUse); // stays so while the last one is emptied
  return (
    <details className={css.more} open={unfolded}>
      <summary>{t('subs.filters')}</summary>
      <div className={css.form}>
        {TEXTS.map((one) => (
          <Field
            key={one}
            label={t(`subs.filter-${one}`)}
            spellCheck={false}
            value={draft[one]}
            error={complaints[one]}
            onChange={(value) => {
              onChange({ [one]: value });
            }}
          />
        ))}
        <div className={css.pair}>
          {LENGTHS.map((one) => (
            <Field
              key={one}
              label={t(`subs.filter-${one}`)}
              inputMode="decimal"
              value={draft[one]}
              error={complaints[one]}
              onChange={(value) => {
                onChange({ [one]: value });
              }}
            />
          ))}
        </div>
        <Field
          label={t('subs.filter-after')}
          type="date"
          value={draft.after}
          error={complaints.after}
          onChange={(after) => {
            onChange({ after });
          }}
        />
        <CheckboxGroup
          label={t('subs.kinds')}
          values={ENTRY_KINDS}
          chosen={draft.kinds}
          show={(kind) => t(`subs.kind-${kind}`)}
          onChange={(kinds) => {
            onChange({ kinds });
          }}
        />
      </div>
    </details>
  );
}
