/** The backend's documents, under the names that the app uses for them. */
import type { components, operations } from './schema.d.ts';

type Schemas = components['schemas'];

export type Download = Schemas['Download'];
export type DownloadState = Download['state'];
export type Format = Download['format'];
export type Progress = Schemas['Progress'];
export type Stage = Progress['stage'];
export type Resolution = Download['resolution'];
export type CreateDownload = Schemas['Choice'];
export type DownloadPage = Schemas['Page'];
/** What a link leads to, before anything is downloaded. */
export interface Preview {
  url: string;
  platform: string | null;
  title: string | null;
  uploader: string | null;
  /** Seconds. */
  duration: number | null;
  /** Path of a picture that the backend sends. */
  thumbnail: string | null;
  live: boolean;
  resolutions: { resolution: Resolution; bytes: number | null }[];
  audio_bytes: number | null;
  subtitles: string[];
  chapters: number;
  /** Of a playlist or channel. */
  entries: { url: string; title: string | null; duration: number | null }[];
}

export type DownloadQuery = NonNullable<operations['listDownloads']['parameters']['query']>;

export const VIDEO_FORMATS = ['mp4', 'webm', 'mkv', 'avi'] as const satisfies readonly Format[];
export const AUDIO_FORMATS = ['mp3', 'm4a', 'wav', 'flac', 'opus'] as const satisfies readonly Format[];
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

export function isUnfinished({ state }: Download): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}
