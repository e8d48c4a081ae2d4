import { useId, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { Button } from '@/components/Button.tsx';
import { profileName, profileOf } from '@/entities/profile/profile.ts';
import { useChangeProfile } from '@/entities/profile/change-profile.ts';
import css from './MoreOptions.module.css';
import type { Choosing } from './use-chosen.ts';

/** Gives what was chosen a name, as soon as it differs from what has one. */
export function SaveProfile({ choosing: { chosen, choices, profiles, take } }: { choosing: Choosing }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const { mutate, error, isPending, reset } = useChangeProfile();
  const id = useId();
  const current = profileOf(chosen, profiles);
  if (current === null || Object.keys(chosen.changes).length === 0) return null;
  const add = (): void => {
    mutate(
      { action: 'add', profile: { name, choices } },
      {
        onSuccess: (made) => {
          setName('');
          take(made.id);
        },
      },
    );
  };
  const change = (): void => {
    mutate(
      { action: 'change', id: current.id, profile: { name: current.name, choices } },
      { onSuccess: () => { take(chosen.profile); } },
    );
  };
  return (
    <fieldset className={css.group}>
      <legend>{t('profile.keep')}</legend>
      {current.own && (
        <Button icon="check" disabled={isPending} onClick={change}>
          {t('profile.saveIn', { name: profileName(current) })}
        </Button>
      )}
      <label className={css.name}>
        <span className="visually-hidden">{t('profile.name')}</span>
        <input
          value={name}
          maxLength={60}
          placeholder={t('profile.name')}
          aria-invalid={error !== null}
          aria-describedby={error ? id : undefined}
          onChange={(event) => {
            setName(event.target.value);
            reset();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
            event.preventDefault(); // the form around it sends the link
            if (!isPending) add();
          }}
        />
      </label>
      <Button icon="plus" disabled={isPending} onClick={add}>
        {t('profile.saveNew')}
      </Button>
      {error && (
        <p id={id} className={css.error} role="alert">
          {errorDetail(error)}
        </p>
      )}
    </fieldset>
  );
}
