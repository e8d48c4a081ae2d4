/** The profiles that there are. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listProfiles } from '@/api/profiles.ts';
import type { Profile } from '@/api/types.ts';
import { leaving } from '@/entities/removal/removal.ts';
import { useStore } from '@/hooks/use-store.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';

export const PROFILES_KEY = ['profiles'] as const;
const STORAGE_KEY = 'profiles';

const isList = (value: unknown): value is Profile[] => Array.isArray(value);

/** Where the default one is about to go, the first is it, as in the backend afterwards. */
function without(profiles: readonly Profile[], gone: ReadonlySet<string>): readonly Profile[] {
  if (!profiles.some(({ id }) => gone.has(id))) return profiles;
  const left = profiles.filter(({ id }) => !gone.has(id));
  const named = left.some((one) => one.default);
  return left.map((one, at) => (named || at > 0 ? one : { ...one, default: true }));
}

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
  const gone = useStore(leaving);
  return useMemo(() => without(data ?? [], gone), [data, gone]);
}
