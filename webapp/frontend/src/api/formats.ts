// Written by `npm run types` from the backend's OpenAPI. Change the backend instead.

export const VIDEO_FORMATS = ['mp4', 'webm', 'mkv', 'avi'] as const;
export const AUDIO_FORMATS = ['mp3', 'm4a', 'wav', 'flac', 'opus'] as const;
/** Into which subtitles can be put. */
export const SUBTITLED_FORMATS = ['mp4', 'webm', 'mkv', 'm4a'] as const;
/** Whose sound has a bit rate to choose. */
export const LOSSY_FORMATS = ['mp3', 'm4a', 'opus'] as const;
