import { Field } from '@/components/Field.tsx';
import { Select } from '@/components/Select.tsx';
import { formatBytes } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { KEEPS, keepOf, type Complaints, type Draft } from './draft.ts';
import { useDoomed } from './subscription-query.ts';
import css from './Subscriptions.module.css';

const MAX_NAMED = 20;

interface KeepFieldsProps {
  id: string | null;
  draft: Draft;
  complaints: Complaints;
  onChange: (part: Partial<Draft>) => void;
}

/** For how long files stay, and which of them would go now. */
export function KeepFields({ id, draft, complaints, onChange }: KeepFieldsProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { data } = useDoomed(id, keepOf(draft));
  const doomed = draft.keep === 'all' ? [] : (data?.items ?? []);
  return (
    <>
      <div className={css.pair}>
        <Select
          label={t('subs.keep')}
          values={KEEPS}
          value={draft.keep}
          show={(one) => t(`subs.keep-${one}`)}
          onChange={(keep) => {
            onChange({ keep });
          }}
        />
        {draft.keep === 'last' && (
          <Field
            label={t('subs.keepLast')}
            type="number"
            min={1}
            value={draft.keepLast}
            error={complaints.keepLast}
            onChange={(keepLast) => {
              onChange({ keepLast });
            }}
          />
        )}
        {draft.keep === 'days' && (
          <Field
            label={t('subs.keepDays')}
            type="number"
            min={1}
            value={draft.keepDays}
            error={complaints.keepDays}
            onChange={(keepDays) => {
              onChange({ keepDays });
            }}
          />
        )}
      </div>
      {doomed.length > 0 && (
        <div className={css.doomed} role="status">
          <p>{t('subs.doomed', { count: doomed.length, size: formatBytes(data?.bytes ?? 0, locale) })}</p>
          <ul>
            {doomed.slice(0, MAX_NAMED).map(({ id: item, title }) => (
              <li key={item} dir="auto">
                {title}
              </li>
            ))}
            {doomed.length > MAX_NAMED && <li>{t('queue.andMore', { count: doomed.length - MAX_NAMED })}</li>}
          </ul>
        </div>
      )}
    </>
  );
}
