import { useId } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import type { Format } from '@/api/types.ts';
import { Field } from '@/components/Field.tsx';
import css from './PlaceFields.module.css';
import { useExample, useFolders, useNaming, type Example, type Place } from './naming-query.ts';

/** What many want; whoever wants something else types it. */
const TEMPLATES = [
  '{title} [{key}].{ext}',
  '{channel}/{title} [{id}].{ext}',
  '{channel}/{date} {title} [{id}].{ext}',
  '{date} {title} [{id}].{ext}',
  '{channel}/Season {year}/{channel} - {episode} - {title} [{id}].{ext}',
  '{playlist}/{number} - {title} [{id}].{ext}',
];

const NOWHERE: Place = { folder: '', template: '' };

interface PlaceFieldsProps {
  place: Place;
  format: Format;
  onChange: (place: Place) => void;
  /** Empty fields stand for what is set for all; else for the media folder itself. */
  usual?: boolean;
  /** What empty fields stand for instead; what is empty here too is as set for all. */
  otherwise?: Place;
  /** What was wrong when it was sent. */
  refused?: Example['errors'];
}

/** A folder, chosen from those that there are or new, and a name, with what comes of them. */
export function PlaceFields({ place, format, onChange, usual = true, otherwise = NOWHERE, refused = {} }: PlaceFieldsProps) {
  const { t } = useTranslation();
  const folders = useFolders();
  const naming = useNaming();
  const { path, errors } = useExample({ folder: place.folder || otherwise.folder, template: place.template || otherwise.template }, format);
  const id = useId();
  const keepForm = { onKeyDown: (event: { key: string; preventDefault: () => void }) => { if (event.key === 'Enter') event.preventDefault(); } };
  return (
    <div className={css.fields}>
      <Field
        label={t('place.folder')}
        value={place.folder}
        list={`${id}-folders`}
        placeholder={otherwise.folder || (usual ? t('place.usual') : undefined)}
        error={errors.folder ?? refused.folder}
        autoCapitalize="off"
        spellCheck={false}
        onChange={(folder) => { onChange({ ...place, folder }); }}
        {...keepForm}
      />
      <datalist id={`${id}-folders`}>
        {folders.map((folder) => <option key={folder} value={folder} />)}
      </datalist>
      <Field
        label={t('place.name')}
        value={place.template}
        list={`${id}-names`}
        placeholder={otherwise.template || (usual ? naming?.template : undefined)}
        error={errors.template ?? refused.template}
        autoCapitalize="off"
        spellCheck={false}
        onChange={(template) => { onChange({ ...place, template }); }}
        {...keepForm}
      />
      <datalist id={`${id}-names`}>
        {TEMPLATES.map((template) => <option key={template} value={template} />)}
      </datalist>
      {path !== null && (
        <p className={css.example}>
          {t('place.example')} <bdi>{path}</bdi>
        </p>
      )}
    </div>
  );
}
