import { useTranslation } from './translate.ts';

/** The chosen language as the user's country writes it: "en-GB" where the page speaks English. */
export function localeOf(language: string, preferred: readonly string[]): string {
  return preferred.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

export function useLocale(): string {
  return localeOf(useTranslation().language, navigator.languages);
}
