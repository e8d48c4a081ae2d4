import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { localField } from '@/i18n/failures.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { setNaming } from '@/api/naming.ts';
import { ApiError } from '@/api/problem.ts';
import type { Naming } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { Field } from '@/components/Field.tsx';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { PlaceFields } from '@/entities/naming/PlaceFields.tsx';
import { NAMING_KEY, useNaming } from '@/entities/naming/naming-query.ts';
import css from './Settings.module.css';

/** Where files go unless a download or its profile says otherwise. */
export function NamingSection() {
  const naming = useNaming();
  return naming ? <NamingForm naming={naming} /> : null;
}

function NamingForm({ naming }: { naming: Naming }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [changes, setChanges] = useState<Partial<Naming>>({}); // they stay, whatever arrives meanwhile
  const draft = { ...naming, ...changes };
  const change = (part: Partial<Naming>): void => { setChanges({ ...changes, ...part }); };
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => setNaming(draft),
    networkMode: 'always',
    retry: false,
    onSuccess: (kept) => {
      client.setQueryData(NAMING_KEY, kept);
      setChanges({});
    },
  });
  const wrong = error instanceof ApiError ? error.problem.errors.find(({ field }) => field === 'audio_folder') : undefined;
  const onAudio = wrong && localField(wrong);
  const others = error && !onAudio ? errorDetail(error) : null;
  const changed = JSON.stringify(draft) !== JSON.stringify(naming);
  return (
    <>
      <p className={css.soft}>{t('place.hint')}</p>
      <PlaceFields
        usual={false}
        format="mp4"
        place={{ folder: draft.video_folder, template: draft.template }}
        onChange={({ folder, template }) => { change({ video_folder: folder, template }); }}
      />
      <div className={css.wide}>
        <Field
          label={t('place.audioFolder')}
          value={draft.audio_folder}
          error={onAudio}
          autoCapitalize="off"
          spellCheck={false}
          onChange={(folder) => { change({ audio_folder: folder }); }}
        />
      </div>
      {others !== null && (
        <p className={css.bad} role="alert">
          {others}
        </p>
      )}
      {changed && (
        <Button look="primary" disabled={isPending} onClick={() => { mutate(); }}>
          {t('place.save')}
        </Button>
      )}
    </>
  );
}
