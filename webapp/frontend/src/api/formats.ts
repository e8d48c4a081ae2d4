// Written by `npm run types` from the backend's OpenAPI. Change the backend instead.

export const VIDEO_FORMATS = ['mp4', 'webm', 'mkv', 'avi'] as const;
export const AUDIO_FORMATS = ['mp3', 'm4a', 'wav', 'flac', 'opus'] as const;
