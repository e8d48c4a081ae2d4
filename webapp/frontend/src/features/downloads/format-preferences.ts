/** The format that was last chosen of each kind, for whoever switches between them. */
import { AUDIO_FORMATS, VIDEO_FORMATS, isAudio, type Format } from '@/api/types.ts';
import { readText, writeText } from '@/stores/safe-storage.ts';

export type Kind = 'video' | 'audio';

const USUAL: Record<Kind, Format> = { video: 'mp4', audio: 'mp3' };

export const FORMATS_OF: Record<Kind, readonly Format[]> = { video: VIDEO_FORMATS, audio: AUDIO_FORMATS };

export function kindOf(format: Format): Kind {
  return isAudio(format) ? 'audio' : 'video';
}

export function lastFormat(kind: Kind): Format {
  const last = readText('local', `format-${kind}`);
  return FORMATS_OF[kind].find((one) => one === last) ?? USUAL[kind];
}

export function rememberFormat(format: Format): void {
  writeText('local', `format-${kindOf(format)}`, format);
}
