/** The backend's documents. */

export const VIDEO_FORMATS = ['mp4', 'webm', 'mkv', 'avi'] as const;
export const AUDIO_FORMATS = ['mp3', 'm4a', 'wav', 'flac', 'opus'] as const;
export const RESOLUTIONS = [
  'best', '2160p', '1440p', '1080p', '720p', '480p', '360p', '240p', '144p',
] as const;

export type VideoFormat = (typeof VIDEO_FORMATS)[number];
export type AudioFormat = (typeof AUDIO_FORMATS)[number];
export type Format = VideoFormat | AudioFormat;
export type Resolution = (typeof RESOLUTIONS)[number];
export type DownloadState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
export type Stage = 'waiting' | 'fetching' | 'downloading' | 'converting' | 'moving';

export interface Progress {
  stage: Stage;
  bytes: number;
  total: number | null;
  /** 0 to 1. */
  fraction: number | null;
  /** Bytes a second. */
  speed: number | null;
  /** Seconds. */
  eta: number | null;
}

export interface Download {
  id: string;
  url: string;
  platform: string | null;
  title: string | null;
  uploader: string | null;
  /** Seconds. */
  duration: number | null;
  thumbnail: boolean;
  format: Format;
  resolution: Resolution;
  state: DownloadState;
  progress: Progress | null;
  error: { kind: string; sentence: string; fix: string } | null;
  attempt: number;
  file: { name: string; bytes: number; mime: string; playable: boolean } | null;
  created: string;
  started: string | null;
  finished: string | null;
}

export interface DownloadPage {
  items: Download[];
  next: string | null;
}

export interface CreateDownload {
  url: string;
  format: Format;
  resolution: Resolution;
}

export interface DownloadQuery {
  state?: DownloadState;
  q?: string;
  cursor?: string;
  limit?: number;
}

export function isAudio(format: Format): format is AudioFormat {
  return (AUDIO_FORMATS as readonly string[]).includes(format);
}

export function isUnfinished({ state }: Download): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}
