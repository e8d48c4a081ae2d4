import { useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/problem.ts';
import { AUDIO_FORMATS, isAudio, RESOLUTIONS, VIDEO_FORMATS, type Subscription } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { Field } from '@/components/Field.tsx';
import { Select } from '@/components/Select.tsx';
import { Sheet } from '@/components/Sheet.tsx';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { complaintsOf, draftOf, LOOK_BACKS, NEW, requestOf, TIMINGS, type Draft } from './draft.ts';
import { FilterFields } from './FilterFields.tsx';
import { KeepFields } from './KeepFields.tsx';
import { WhereFields } from './WhereFields.tsx';
import { useSave } from './subscription-query.ts';
import { profileName } from '@/entities/profile/profile.ts';
import { useProfiles } from '@/entities/profile/profiles-query.ts';
import css from './Subscriptions.module.css';

interface SubscriptionFormProps {
  /** What is changed; null for a new one. */
  edited: Subscription | null;
  onClose: () => void;
}

/** Everything that can be said about a subscription; what was filled in stays when it is refused. */
export function SubscriptionForm({ edited, onClose }: SubscriptionFormProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => (edited ? draftOf(edited) : NEW));
  const form = useRef<HTMLFormElement>(null);
  const { mutate, error, isPending, reset } = useSave(edited?.id ?? null, onClose);
  const complaints = error instanceof ApiError ? complaintsOf(error.problem.errors) : {};
  const placed = Object.keys(complaints).length > 0;
  const change = (part: Partial<Draft>): void => {
    if (error) reset();
    setDraft({ ...draft, ...part });
  };
  useEffect(() => {
    if (!error) return;
    const bad = form.current?.querySelector<HTMLElement>('[aria-invalid=true]');
    const folded = bad?.closest('details');
    if (folded) folded.open = true;
    bad?.focus();
  }, [error]);
  return (
    <Sheet
      title={t(edited ? 'subs.editTitle' : 'subs.addTitle')}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <form
        ref={form}
        className={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          mutate(requestOf(draft));
        }}
      >
        <Field
          label={t('subs.url')}
          hint={t('subs.urlHint')}
          type="url"
          inputMode="url"
          autoFocus={edited === null}
          value={draft.url}
          error={complaints.url}
          onChange={(url) => {
            change({ url });
          }}
        />
        <Field
          label={t('subs.name')}
          hint={t('subs.nameHint')}
          value={draft.title}
          error={complaints.title}
          onChange={(title) => {
            change({ title });
          }}
        />
        <div className={css.pair}>
          <Select
            label={t('subs.timing')}
            values={TIMINGS}
            value={draft.timing}
            show={(one) => t(`subs.timing-${one}`)}
            onChange={(timing) => {
              change({ timing });
            }}
          />
          {draft.timing === 'hours' ? (
            <Field
              label={t('subs.hours')}
              type="number"
              min={1}
              max={720}
              value={draft.hours}
              error={complaints.hours}
              onChange={(hours) => {
                change({ hours });
              }}
            />
          ) : (
            <Field
              label={t('subs.at')}
              placeholder="06:00, 18:30"
              value={draft.at}
              error={complaints.at}
              onChange={(at) => {
                change({ at });
              }}
            />
          )}
        </div>
        {!edited && (
          <div className={css.pair}>
            <Select
              label={t('subs.back')}
              values={LOOK_BACKS}
              value={draft.back}
              show={(one) => t(`subs.back-${one}`)}
              onChange={(back) => {
                change({ back });
              }}
            />
            {draft.back === 'last' && (
              <Field
                label={t('subs.backLast')}
                type="number"
                min={0}
                value={draft.backLast}
                error={complaints.backLast}
                onChange={(backLast) => {
                  change({ backLast });
                }}
              />
            )}
            {draft.back === 'since' && (
              <Field
                label={t('subs.backSince')}
                type="date"
                value={draft.backSince}
                error={complaints.backSince}
                onChange={(backSince) => {
                  change({ backSince });
                }}
              />
            )}
          </div>
        )}
        <FormatFields draft={draft} onChange={change} />
        <WhereFields draft={draft} complaints={complaints} onChange={change} />
        <FilterFields draft={draft} complaints={complaints} onChange={change} />
        <KeepFields id={edited?.id ?? null} draft={draft} complaints={complaints} onChange={change} />
        {error && !placed && (
          <p className={css.failure} role="alert">
            {errorDetail(error)}
          </p>
        )}
        <div className={css.submit}>
          <Button type="submit" look="primary" disabled={isPending}>
            {t(edited ? 'subs.save' : 'subs.subscribe')}
          </Button>
          <Button onClick={onClose}>{t('subs.cancel')}</Button>
        </div>
      </form>
    </Sheet>
  );
}

const NONE = '';

interface FormatFieldsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function FormatFields({ draft: { options }, onChange }: FormatFieldsProps) {
  const { t } = useTranslation();
  const profiles = useProfiles();
  const { format: chosen = 'mp4', profile } = options;
  const nameOf = (id: string): string => {
    const found = profiles.find((one) => one.id === id);
    return found ? profileName(found) : id === NONE ? t('subs.noProfile') : id;
  };
  const known = profiles.map(({ id }) => id);
  const choice = (
    <Select
      label={t('profile.label')}
      values={[NONE, ...known, ...[profile ?? NONE].filter((id) => id !== NONE && !known.includes(id))]}
      value={profile ?? NONE}
      show={nameOf}
      onChange={(id) => {
        onChange({ options: id === NONE ? { format: 'mp4', resolution: 'best' } : { profile: id } });
      }}
    />
  );
  if (profile != null) return choice;
  return (
    <div className={css.pair}>
      {choice}
      <Select
        label={t('composer.format')}
        values={[...VIDEO_FORMATS, ...AUDIO_FORMATS]}
        value={chosen}
        show={(format) => format.toUpperCase()}
        onChange={(format) => {
          onChange({ options: { ...options, format } });
        }}
      />
      {!isAudio(chosen) && (
        <Select
          label={t('composer.resolution')}
          values={RESOLUTIONS}
          value={RESOLUTIONS.find((one) => one === options.resolution) ?? 'best'}
          show={(one) => (one === 'best' ? t('composer.best') : one)}
          onChange={(resolution) => {
            onChange({ options: { ...options, resolution } });
          }}
        />
      )}
    </div>
  );
}
