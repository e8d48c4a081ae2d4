/** The profiles that there are. */
import { useQuery } from '@tanstack/react-query';
import { listProfiles } from '@/api/profiles.ts';
import type { Profile } from '@/api/types.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';

export const PROFILES_KEY = ['profiles'] as const;
const STORAGE_KEY = 'profiles';

const isList = (value: unknown): value is Profile[] => Array.isArray(value);

/** Those that are known; from the last visit as long as the backend has not said. */
export function useProfiles(): readonly Profile[] {
  const { data } = useQuery<Profile[]>({
    queryKey: PROFILES_KEY,
    queryFn: async ({ signal }) => {
      const profiles = await listProfiles(signal);
      writeJson('local', STORAGE_KEY, profiles);
      return profiles;
    },
    placeholderData: () => readJson('local', STORAGE_KEY, isList) ?? [],
  });
  return data ?? [];
}
