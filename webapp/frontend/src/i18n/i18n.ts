/**
 * Languages: English is in the bundle, others are fetched when chosen.
 *
 * A language is two files, `locales/xx.json` and `failures/xx.json`, and one for the guard's pages,
 * `scripts/guard/pages/words/xx.json`. Notifications have theirs in `webapp/backend/domain/notices.py`.
 */
import { readText, writeText } from '@/stores/safe-storage.ts';
import { setFailures, type Failures } from './failures.ts';
import en from './locales/en.json';
import { speak, type Texts } from './translate.ts';

const locales = import.meta.glob<Texts>('./locales/*.json', { import: 'default' });
const failures = import.meta.glob<Failures>('./failures/*.json', { import: 'default' });

const STORAGE_KEY = 'language';

/** The codes of all languages, English first. */
export const LANGUAGES: readonly string[] = Object.keys(locales)
  .map((path) => path.replace(/^.*\/(\w+)\.json$/, '$1'))
  .sort((a, b) => Number(b === 'en') - Number(a === 'en') || a.localeCompare(b));

/** A language in its own words: "Deutsch". */
export function nameOfLanguage(code: string): string {
  const name = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

/** The languages whose script runs from right to left, as far as anybody may add them. */
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);

export function directionOf(code: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(code) ? 'rtl' : 'ltr';
}

function isLanguage(code: string | null | undefined): code is string {
  return code != null && LANGUAGES.includes(code);
}

function preferred(): string {
  const chosen = readText('local', STORAGE_KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** The one that was asked for last: it counts, whichever arrives last. */
let wanted = '';

async function show(code: string): Promise<void> {
  wanted = code;
  const texts = code === 'en' ? en : await locales[`./locales/${code}.json`]?.();
  const told = await failures[`./failures/${code}.json`]?.();
  if (wanted !== code) return;
  setFailures(told ?? {}); // first: what speaks is drawn at once
  speak(code, texts ?? en);
  document.documentElement.lang = code;
  document.documentElement.dir = directionOf(code);
}

/** English where the language cannot be fetched just now: better than an empty page. */
export async function startI18n(): Promise<void> {
  await show(preferred()).catch(() => show('en'));
}

/** Throws where it cannot be fetched just now; the page stays as it is then, and comes in it the next time. */
export async function chooseLanguage(code: string): Promise<void> {
  writeText('local', STORAGE_KEY, code);
  await show(code);
}
