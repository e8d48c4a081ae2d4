/** The backend's documents, under the names that the app uses for them. */
import { AUDIO_FORMATS, LOSSY_FORMATS, SUBTITLED_FORMATS, VIDEO_FORMATS } from './formats.ts';
import type { components, operations } from './schema.d.ts';

type Schemas = components['schemas'];

export type Download = Schemas['Download'];
export type DownloadState = Download['state'];
export type Format = Download['format'];
export type Progress = Schemas['Progress'];
export type Stage = Progress['stage'];
export type Resolution = Download['resolution'];
export type Changes = Schemas['Changes'];
export type Preview = Schemas['Preview'];
export type Leftover = Schemas['Leftover'];
export type MediaFolder = Schemas['MediaFolder'];
export type QueueState = Schemas['QueueState'];
export type QueueChange = Partial<Pick<QueueState, 'concurrency' | 'paused'>>;
export type Entry = Schemas['Entry'];
export type EntryPage = Schemas['EntryPage'];
/** What is chosen again and again, and may have a name. */
export type Choices = Required<Schemas['Choices']>;
export type Profile = Omit<Schemas['Profile'], 'choices'> & { choices: Choices };
export interface ProfileRequest { name: string; choices: Choices }
export type Naming = Required<Schemas['Naming']>;
export type Relocation = Schemas['Relocation'];
export type SiteCookies = Schemas['SiteCookies'];
/** How something is to be downloaded; what is left out is as its profile has it. */
export type DownloadOptions = Partial<Omit<Schemas['DownloadRequest'], 'url' | 'entry'>>;
/** Links, all to be downloaded in the same way; of those from a list, with what the list knew. */
export type DownloadRequest = DownloadOptions & { urls: readonly string[]; entries?: readonly Entry[] };
export type Subscription = Schemas['Subscription'];
/** What is left out is as the backend has it. */
export interface SubscriptionRequest {
  url: string;
  title: string | null;
  schedule: Partial<Schemas['Schedule']>;
  look_back: Partial<Schemas['LookBack']>;
  filters: Partial<Schemas['Filters']>;
  keep: Partial<Schemas['Keep']>;
  options: DownloadOptions;
}
export type DoomedFiles = Schemas['DoomedFiles'];
export type EntryKind = Schemas['Filters']['kinds'][number];
export type Token = Schemas['ApiToken'];
export type NewToken = Schemas['NewApiToken'];
export type Import = Schemas['Import'];
export type Imports = Schemas['Imports'];
export type ImportLook = Schemas['ImportLook'];
export type ImportRefusal = Schemas['ImportRefusal'];
export type ImportRequest = Required<Schemas['ImportRequest']>;
export type ArchiveTaken = Schemas['ArchiveTaken'];
export type TokenRequest = Schemas['TokenRequest'];
export type Receiver = Schemas['Receiver'];
export type NewReceiver = Schemas['NewReceiver'];
export type ReceiverRequest = Schemas['ReceiverRequest'];
export type ReceiverKind = Receiver['kind'];
export type Occasion = Receiver['occasions'][number];
export type Delivery = Schemas['Delivery'];
export type Feed = Schemas['Feed'];
export type FeedRequest = Partial<Schemas['FeedRequest']> & Pick<Schemas['FeedRequest'], 'title'>;
export type DownloadPage = Schemas['DownloadPage'];
export type Matching = Schemas['Matching'];
export type Deleted = Schemas['Deleted'];
export type DownloadSort = NonNullable<DownloadQuery['sort']>;
export type DownloadQuery = NonNullable<operations['listDownloads']['parameters']['query']>;

export { AUDIO_FORMATS, VIDEO_FORMATS };
export const FORMATS = [...VIDEO_FORMATS, ...AUDIO_FORMATS] as const;
export const CODECS = ['compatible', 'best'] as const satisfies readonly Choices['codecs'][];
export const BESIDE = ['srt', 'vtt', 'thumbnail', 'info', 'nfo'] as const satisfies readonly Choices['beside'][number][];
export const SEGMENTS = ['sponsor', 'selfpromo', 'interaction', 'intro', 'outro', 'preview', 'hook', 'filler', 'music_offtopic'] as const satisfies readonly Choices['sponsorblock_categories'][number][];
export const OCCASIONS = ['finished', 'failed', 'new'] as const satisfies readonly Occasion[];
export const RECEIVER_KINDS = ['webhook', 'apprise'] as const satisfies readonly ReceiverKind[];
export const AUDIO_BITRATES = [128, 192, 320] as const satisfies readonly Choices['audio_bitrate'][];
export const RESOLUTIONS = [
  'best',
  '2160p',
  '1440p',
  '1080p',
  '720p',
  '480p',
  '360p',
  '240p',
  '144p',
] as const satisfies readonly Resolution[];

export type VideoFormat = (typeof VIDEO_FORMATS)[number];
export type AudioFormat = (typeof AUDIO_FORMATS)[number];

export function isAudio(format: Format): format is AudioFormat {
  return (AUDIO_FORMATS as readonly Format[]).includes(format);
}

/** Subtitles can be put into it. */
export function holdsSubtitles(format: Format): boolean {
  return (SUBTITLED_FORMATS as readonly Format[]).includes(format);
}

/** Its sound has a bit rate to choose. */
export function isLossy(format: Format): boolean {
  return (LOSSY_FORMATS as readonly Format[]).includes(format);
}

export function isUnfinished({ state }: Download): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}
