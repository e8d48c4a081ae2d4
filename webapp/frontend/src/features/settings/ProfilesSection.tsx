import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@/i18n/translate.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { IconButton } from '@/components/Button.tsx';
import { profileName } from '@/entities/profile/profile.ts';
import { deleteProfileLater, useChangeProfile } from '@/entities/profile/change-profile.ts';
import { useProfiles } from '@/entities/profile/profiles-query.ts';
import css from './Settings.module.css';

/** Which profile is taken where none is named; own ones can be deleted. */
export function ProfilesSection() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const profiles = useProfiles();
  const { mutate, error, isPending, variables } = useChangeProfile();
  const wanted = isPending && variables.action === 'default' ? variables.id : profiles.find((one) => one.default)?.id;
  return (
    <>
      <p className={css.soft}>{t('profile.hint')}</p>
      <fieldset className={css.list}>
        <legend className="visually-hidden">{t('profile.default')}</legend>
        {profiles.map((profile) => (
          <div key={profile.id} className={css.item}>
            <label>
              <input
                type="radio"
                name="default-profile"
                checked={profile.id === wanted}
                onChange={() => {
                  mutate({ action: 'default', id: profile.id });
                }}
              />
              <span dir="auto">{profileName(profile)}</span>
            </label>
            {profile.own && (
              <IconButton
                icon="trash"
                label={t('profile.delete', { name: profileName(profile) })}
                hint={t('action.delete')}
                onClick={() => {
                  deleteProfileLater(client, profile);
                }}
              />
            )}
          </div>
        ))}
      </fieldset>
      {error && (
        <p className={css.bad} role="alert">
          {errorDetail(error)}
        </p>
      )}
    </>
  );
}
