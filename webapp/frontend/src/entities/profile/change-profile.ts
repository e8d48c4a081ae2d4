/** What is done to profiles. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { addProfile, changeProfile, deleteProfile, setDefaultProfile } from '@/api/profiles.ts';
import type { Profile, ProfileRequest } from '@/api/types.ts';
import { PROFILES_KEY } from './profiles-query.ts';

export type ProfileChange =
  | { action: 'add'; profile: ProfileRequest }
  | { action: 'change'; id: string; profile: ProfileRequest }
  | { action: 'delete'; id: string }
  | { action: 'default'; id: string };

function request(change: ProfileChange): Promise<Profile | null> {
  switch (change.action) {
    case 'add':
      return addProfile(change.profile);
    case 'change':
      return changeProfile(change.id, change.profile);
    case 'delete':
      return deleteProfile(change.id).then(() => null);
    case 'default':
      return setDefaultProfile(change.id);
  }
}

/** Whoever changes a profile stays by it until it is done: it is refused at once where it cannot be. */
export function useChangeProfile() {
  const client = useQueryClient();
  return useMutation<Profile | null, Error, ProfileChange>({
    mutationFn: request,
    networkMode: 'always',
    retry: false,
    onSettled: () => client.invalidateQueries({ queryKey: PROFILES_KEY }),
  });
}
