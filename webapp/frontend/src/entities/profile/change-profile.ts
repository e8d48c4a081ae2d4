/** What is done to profiles. */
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { addProfile, changeProfile, deleteProfile, setDefaultProfile } from '@/api/profiles.ts';
import type { Profile, ProfileRequest } from '@/api/types.ts';
import { removeLater } from '@/entities/removal/removal.ts';
import { translate } from '@/i18n/translate.ts';
import { profileName } from './profile.ts';
import { PROFILES_KEY } from './profiles-query.ts';

export type ProfileChange =
  | { action: 'add'; profile: ProfileRequest }
  | { action: 'change'; id: string; profile: ProfileRequest }
  | { action: 'default'; id: string };

function request(change: ProfileChange): Promise<Profile> {
  switch (change.action) {
    case 'add':
      return addProfile(change.profile);
    case 'change':
      return changeProfile(change.id, change.profile);
    case 'default':
      return setDefaultProfile(change.id);
  }
}

/** Whoever changes a profile stays by it until it is done: it is refused at once where it cannot be. */
export function useChangeProfile() {
  const client = useQueryClient();
  return useMutation<Profile, Error, ProfileChange>({
    mutationFn: request,
    networkMode: 'always',
    retry: false,
    onSettled: () => client.invalidateQueries({ queryKey: PROFILES_KEY }),
  });
}

/** Deletes one, unless that is taken back in time. */
export function deleteProfileLater(client: QueryClient, profile: Profile): void {
  removeLater({
    id: profile.id,
    title: translate('profile.deleted'),
    name: profileName(profile),
    send: async (sending) => {
      await deleteProfile(profile.id, sending);
      await client.invalidateQueries({ queryKey: PROFILES_KEY });
    },
  });
}
