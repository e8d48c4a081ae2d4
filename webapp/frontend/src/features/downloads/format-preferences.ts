/** The format and resolution last chosen. */
import { useState } from 'react';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import {
  AUDIO_FORMATS,
  RESOLUTIONS,
  VIDEO_FORMATS,
  type AudioFormat,
  type Resolution,
  type VideoFormat,
} from '@/api/types.ts';

export interface Preferences {
  kind: 'video' | 'audio';
  video: VideoFormat;
  audio: AudioFormat;
  resolution: Resolution;
}

const DEFAULTS: Preferences = { kind: 'video', video: 'mp4', audio: 'mp3', resolution: 'best' };

function isOneOf<T extends string>(values: readonly T[], value: unknown): value is T {
  return (values as readonly unknown[]).includes(value);
}

function isPreferences(value: unknown): value is Preferences {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, video, audio, resolution } = value as Partial<Record<keyof Preferences, unknown>>;
  return (
    isOneOf(['video', 'audio'], kind) &&
    isOneOf(VIDEO_FORMATS, video) &&
    isOneOf(AUDIO_FORMATS, audio) &&
    isOneOf(RESOLUTIONS, resolution)
  );
}

export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const [preferences, setPreferences] = useState<Preferences>(
    () => readJson('local', 'preferences', isPreferences) ?? DEFAULTS,
  );
  const change = (part: Partial<Preferences>): void => {
    const next = { ...preferences, ...part };
    writeJson('local', 'preferences', next);
    setPreferences(next);
  };
  return [preferences, change];
}
