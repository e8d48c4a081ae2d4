/** Languages: English is in the bundle, others are fetched when chosen. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './locales/en.json';
import { readText, writeText } from '@/stores/safe-storage.ts';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'language';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

function isLanguage(value: string | null | undefined): value is Language {
  return value != null && value in LANGUAGES;
}

function preferred(): Language {
  const chosen = readText('local', STORAGE_KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

async function load(language: Language): Promise<void> {
  if (language === 'de' && !i18next.hasResourceBundle('de', 'translation')) {
    const { default: de } = await import('./locales/de.json');
    i18next.addResourceBundle('de', 'translation', de);
  }
}

/** English where the language cannot be fetched just now: better than an empty page. */
async function show(wanted: Language): Promise<void> {
  const language = await load(wanted).then(() => wanted, () => 'en' as const);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
  });
  await show(preferred());
}

export async function chooseLanguage(language: Language): Promise<void> {
  writeText('local', STORAGE_KEY, language);
  await show(language);
}
