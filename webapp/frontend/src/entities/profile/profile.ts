/** Choices and profiles: what a download is made like, and the names that people give to that. */
import { FORMATS, isAudio, type Choices, type Profile } from '@/api/types.ts';
import { translate } from '@/i18n/translate.ts';

/** What the backend takes where nothing is said. */
export const DEFAULTS: Choices = {
  format: 'mp4',
  resolution: 'best',
  embed: [],
  subtitles: [],
  codecs: 'compatible',
  audio: null,
  audio_bitrate: null,
  beside: [],
  sponsorblock: null,
  sponsorblock_categories: ['sponsor'],
  folder: null,
  template: null,
  rate: null,
  live: null,
};

/** Those that come with the app speak the reader's language. */
const BUILT_IN = ['plays-everywhere', 'best-quality', 'podcast', 'archive'] as const;

export function profileName({ id, name }: Profile): string {
  const built = BUILT_IN.find((one) => one === id);
  return built === undefined ? name : translate(`profile.${built}`);
}

/** What somebody chose: a profile (null = the default one), and what is to differ from it. */
export interface Chosen {
  profile: string | null;
  changes: Partial<Choices>;
}

/** The profile that counts; null as long as nobody has told which there are. */
export function profileOf(chosen: Chosen, profiles: readonly Profile[]): Profile | null {
  return profiles.find(({ id }) => id === chosen.profile) ?? profiles.find((one) => one.default) ?? null;
}

/** What comes of it. */
export function choicesOf(chosen: Chosen, profiles: readonly Profile[]): Choices {
  return { ...DEFAULTS, ...profileOf(chosen, profiles)?.choices, ...chosen.changes };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The same with something changed; what is as the profile has it is no change. */
export function withChange(chosen: Chosen, change: Partial<Choices>, profiles: readonly Profile[]): Chosen {
  const base = choicesOf({ ...chosen, changes: {} }, profiles);
  const all = Object.entries({ ...chosen.changes, ...change });
  const changes = Object.fromEntries(all.filter(([name, value]) => !isSame(value, base[name as keyof Choices])));
  return { ...chosen, changes };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether it is what was once kept here, by this version of the page or a former one. */
export function isChosen(value: unknown): value is Chosen {
  if (!isRecord(value) || !isRecord(value.changes)) return false;
  const { profile, changes } = value;
  if (profile !== null && typeof profile !== 'string') return false;
  return Object.entries(changes).every(([name, one]) => {
    if (!(name in DEFAULTS)) return false;
    if (name === 'format') return (FORMATS as readonly unknown[]).includes(one);
    const usual = DEFAULTS[name as keyof Choices];
    return usual === null ? one === null || typeof one !== 'object' : typeof one === typeof usual && Array.isArray(one) === Array.isArray(usual);
  });
}

/** What is to be sent of the changes: nothing that its format cannot hold. */
export function changesToSend({ changes }: Chosen, { format }: Choices): Partial<Choices> {
  const { audio_bitrate, resolution, ...rest } = changes;
  if (isAudio(format)) return { ...rest, ...(audio_bitrate === undefined ? {} : { audio_bitrate }) };
  return { ...rest, ...(resolution === undefined ? {} : { resolution }) };
}
