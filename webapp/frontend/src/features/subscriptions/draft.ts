/** A subscription as it is filled in, what is sent of it, and where an error of the backend belongs. */
import { isAudio, type DownloadOptions, type EntryKind, type Subscription, type SubscriptionRequest } from '@/api/types.ts';
import type { FieldError } from '@/api/problem.ts';
import { localField } from '@/i18n/failures.ts';

export const LOOK_BACKS = ['last', 'since', 'all'] as const;
export const KEEPS = ['all', 'last', 'days'] as const;
export const TIMINGS = ['hours', 'at'] as const;
export const ENTRY_KINDS = ['video', 'audio', 'short', 'live'] as const satisfies readonly EntryKind[];

export interface Draft {
  url: string;
  title: string;
  timing: (typeof TIMINGS)[number];
  hours: string;
  at: string;
  back: (typeof LOOK_BACKS)[number];
  backLast: string;
  backSince: string;
  contains: string;
  matches: string;
  /** Minutes. */
  longer: string;
  shorter: string;
  after: string;
  kinds: readonly EntryKind[];
  keep: (typeof KEEPS)[number];
  keepLast: string;
  keepDays: string;
  /** Empty: as the profile has it. */
  folder: string;
  template: string;
  /** Without folder and template. */
  options: DownloadOptions;
}

export const NEW: Draft = {
  url: '',
  title: '',
  timing: 'hours',
  hours: '6',
  at: '06:00',
  back: 'last',
  backLast: '3',
  backSince: '',
  contains: '',
  matches: '',
  longer: '',
  shorter: '',
  after: '',
  kinds: [],
  keep: 'all',
  keepLast: '10',
  keepDays: '30',
  folder: '',
  template: '',
  options: { format: 'mp4', resolution: 'best' },
};

const MINUTE = 60;

const shown = (value: number | null | undefined, otherwise = ''): string => (value == null ? otherwise : value.toString());

const minutes = (seconds: number | null | undefined): string => (seconds == null ? '' : (seconds / MINUTE).toString());

/** A number, or what was typed: the backend says what is wrong with it. */
const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text.replace(',', '.')));

const seconds = (text: string): number | null => (text.trim() === '' ? null : number(text) * MINUTE);

const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());

export function draftOf({ url, title, schedule, look_back, filters, keep, options: { folder, template, ...options } }: Subscription): Draft {
  return {
    url,
    title: title ?? '',
    timing: schedule.hours == null ? 'at' : 'hours',
    hours: shown(schedule.hours, NEW.hours),
    at: schedule.at.join(', '),
    back: look_back.last != null ? 'last' : look_back.since != null ? 'since' : 'all',
    backLast: shown(look_back.last, NEW.backLast),
    backSince: look_back.since ?? '',
    contains: filters.contains ?? '',
    matches: filters.matches ?? '',
    longer: minutes(filters.longer),
    shorter: minutes(filters.shorter),
    after: filters.after ?? '',
    kinds: filters.kinds,
    keep: keep.last != null ? 'last' : keep.days != null ? 'days' : 'all',
    keepLast: shown(keep.last, NEW.keepLast),
    keepDays: shown(keep.days, NEW.keepDays),
    folder: folder ?? '',
    template: template ?? '',
    options: options.profile == null ? { ...NEW.options, ...options } : options, // only what was given is told
  };
}

export function keepOf({ keep, keepLast, keepDays }: Draft): SubscriptionRequest['keep'] {
  if (keep === 'last') return { last: number(keepLast) };
  return keep === 'days' ? { days: number(keepDays) } : {};
}

export function requestOf(draft: Draft): SubscriptionRequest {
  const { timing, hours, at, back, backLast, backSince, options } = draft;
  const folder = text(draft.folder);
  const template = text(draft.template);
  const times = at.split(/[\s,;]+/).filter(Boolean);
  const lookBack = { last: { last: number(backLast) }, since: { since: backSince }, all: {} }[back];
  return {
    url: draft.url.trim(),
    title: text(draft.title),
    schedule: timing === 'hours' ? { hours: number(hours) } : { at: times, zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    look_back: lookBack,
    filters: {
      contains: text(draft.contains),
      matches: text(draft.matches),
      longer: seconds(draft.longer),
      shorter: seconds(draft.shorter),
      after: text(draft.after),
      kinds: [...draft.kinds],
    },
    keep: keepOf(draft),
    options: {
      ...options,
      ...(options.profile == null && isAudio(options.format ?? 'mp4') ? { resolution: 'best' } : {}),
      ...(folder === null ? {} : { folder }),
      ...(template === null ? {} : { template }),
    },
  };
}

/** The fields of the form, by how the names of the backend's begin; the longest that fits is meant. */
const PLACES: readonly (readonly [prefix: string, at: keyof Draft])[] = [
  ['url', 'url'],
  ['title', 'title'],
  ['schedule.hours', 'hours'],
  ['schedule', 'at'],
  ['look_back.last', 'backLast'],
  ['look_back', 'backSince'],
  ['filters.contains', 'contains'],
  ['filters.matches', 'matches'],
  ['filters.longer', 'longer'],
  ['filters.shorter', 'shorter'],
  ['filters.after', 'after'],
  ['filters.kinds', 'kinds'],
  ['filters', 'shorter'],
  ['options.folder', 'folder'],
  ['options.template', 'template'],
  ['keep.days', 'keepDays'],
  ['keep', 'keepLast'],
];

export type Complaints = Partial<Record<keyof Draft, string>>;

/** What is wrong, each at its field; what belongs to none is left out. */
export function complaintsOf(errors: readonly FieldError[]): Complaints {
  const complaints: Complaints = {};
  for (const error of errors) {
    const { field } = error;
    const at = PLACES.find(([prefix]) => field === prefix || field.startsWith(`${prefix}.`))?.[1];
    if (at) complaints[at] ??= localField(error);
  }
  return complaints;
}
