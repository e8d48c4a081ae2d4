/** Languages of audio and subtitles: those that a preview found, else those that many speak. */
import type { Preview } from '@/api/types.ts';

const COMMON = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'ru', 'uk', 'tr', 'ar', 'hi', 'zh', 'ja', 'ko'];

/** "en" -> "English", in the reader's language; the code itself where nobody has a name for it. */
export function nameOfLanguage(code: string, reader: string): string {
  try {
    const name = new Intl.DisplayNames([reader], { type: 'language', fallback: 'none' }).of(code.replaceAll('_', '-'));
    return name === undefined ? code : `${name.charAt(0).toLocaleUpperCase(reader)}${name.slice(1)}`;
  } catch {
    return code; // what sites call a language need not be one
  }
}

function byName(codes: Iterable<string>, reader: string): Map<string, string> {
  const named = [...new Set(codes)].map((code): [string, string] => [code, nameOfLanguage(code, reader)]);
  return new Map(named.sort(([, one], [, other]) => one.localeCompare(other, reader)));
}

/** The tracks that can be asked for, with their names; `chosen` is among them. */
export function audioChoices(preview: Preview | null, chosen: string | null, reader: string): Map<string, string> {
  const tracks = preview?.audio ?? [];
  if (tracks.length === 0) return byName([...COMMON, ...(chosen === null ? [] : [chosen])], reader);
  const named = new Map(tracks.map(({ id, name, language }) => [id, name ?? nameOfLanguage(language ?? id, reader)]));
  if (chosen !== null && !named.has(chosen)) named.set(chosen, nameOfLanguage(chosen, reader));
  return named;
}

/** The languages that can be asked for; `chosen` is among them. */
export function subtitleChoices(preview: Preview | null, chosen: string | undefined): string[] {
  const offered = preview === null || preview.entries.length > 0 ? COMMON : preview.subtitles;
  return [...new Set([...offered, ...(chosen === undefined ? [] : [chosen])])];
}
