import { useState } from 'react';
import { PlaceFields } from '@/entities/naming/PlaceFields.tsx';
import { choicesOf } from '@/entities/profile/profile.ts';
import { useProfiles } from '@/entities/profile/profiles-query.ts';
import { useTranslation } from '@/i18n/translate.ts';
import type { Complaints, Draft } from './draft.ts';
import css from './Subscriptions.module.css';

interface WhereFieldsProps {
  draft: Draft;
  complaints: Complaints;
  onChange: (part: Partial<Draft>) => void;
}

/** The folder and the name of what is downloaded; folded, as the profile says where most of it goes. */
export function WhereFields({ draft, complaints, onChange }: WhereFieldsProps) {
  const { t } = useTranslation();
  const { folder, template, options } = draft;
  const [unfolded] = useState(folder !== '' || template !== ''); // stays so while one is emptied
  const usual = choicesOf({ profile: options.profile ?? null, changes: {} }, useProfiles());
  const refused = {
    ...(complaints.folder === undefined ? {} : { folder: complaints.folder }),
    ...(complaints.template === undefined ? {} : { template: complaints.template }),
  };
  return (
    <details className={css.more} open={unfolded}>
      <summary>{t('subs.where')}</summary>
      <div className={css.form} role="group" aria-label={t('subs.where')}>
        <PlaceFields
          place={{ folder, template }}
          format={options.format ?? usual.format}
          otherwise={{ folder: usual.folder ?? '', template: usual.template ?? '' }}
          refused={refused}
          onChange={onChange}
        />
      </div>
    </details>
  );
}
