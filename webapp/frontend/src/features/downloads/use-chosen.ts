/** What was chosen last on this device, and what comes of it. */
import { useState } from 'react';
import type { Choices, Profile } from '@/api/types.ts';
import { changesToSend, choicesOf, isChosen, withChange, type Chosen } from '@/entities/profile/profile.ts';
import { useProfiles } from '@/entities/profile/profiles-query.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';

const STORAGE_KEY = 'chosen';

export interface Choosing {
  profiles: readonly Profile[];
  chosen: Chosen;
  choices: Choices;
  /** Differ from the profile in something. */
  change: (change: Partial<Choices>) => void;
  /** Take a profile as it is; null = the default one. */
  take: (profile: string | null) => void;
}

/** A link of the bookmarklet or of another app may name the profile to take. */
function readSharedProfile(): Chosen | null {
  const profile = new URLSearchParams(location.search).get('profile');
  return profile === null || profile === '' ? null : { profile, changes: {} };
}

export function useChosen(): Choosing {
  const profiles = useProfiles();
  const [chosen, setChosen] = useState<Chosen>(
    () => readSharedProfile() ?? readJson('local', STORAGE_KEY, isChosen) ?? { profile: null, changes: {} },
  );
  const keep = (next: Chosen): void => {
    writeJson('local', STORAGE_KEY, next);
    setChosen(next);
  };
  return {
    profiles,
    chosen,
    choices: choicesOf(chosen, profiles),
    change: (change) => { keep(withChange(chosen, change, profiles)); },
    take: (profile) => { keep({ profile, changes: {} }); },
  };
}

/** What a request says of it: the profile where one was named, and what differs from it. */
export function toSend({ profiles, chosen, choices }: Choosing): Partial<Choices> & { profile?: string } {
  const isGone = profiles.length > 0 && !profiles.some(({ id }) => id === chosen.profile);
  const profile = chosen.profile === null || isGone ? {} : { profile: chosen.profile };
  return { ...profile, ...changesToSend(chosen, choices) };
}
