/**
 * What the page says, in the language that was chosen.
 *
 * A text may hold `{{names}}` for values, and comes in the plural forms of its language
 * (`key_one`, `key_other`, ...: the categories of `Intl.PluralRules`) where a `count` is given.
 */
import { useStore } from '@/hooks/use-store.ts';
import { createStore, type ReadableStore } from '@/utils/store.ts';
import en from './locales/en.json';

type Leaves<Texts, Path extends string = ''> = {
  [Name in keyof Texts & string]: Texts[Name] extends string ? `${Path}${Name}` : Leaves<Texts[Name], `${Path}${Name}.`>;
}[keyof Texts & string];

type WithoutForm<Key> = Key extends `${infer Base}_one` | `${infer Base}_other` ? Base : Key;

export type TextKey = WithoutForm<Leaves<typeof en>>;

type Values = Record<string, string | number>;

export interface Texts {
  [name: string]: string | Texts;
}

export type Translate = (key: TextKey, values?: Values) => string;

interface Speech {
  language: string;
  t: Translate;
}

function textAt(texts: Texts, key: string): string | null {
  const found = key.split('.').reduce<string | Texts | undefined>((at, name) => (typeof at === 'object' ? at[name] : undefined), texts);
  return typeof found === 'string' ? found : null;
}

function formOf(language: string, texts: Texts, key: string, count: unknown): string | null {
  if (typeof count !== 'number') return textAt(texts, key);
  const form = new Intl.PluralRules(language).select(count);
  return textAt(texts, `${key}_${form}`) ?? textAt(texts, `${key}_other`) ?? textAt(texts, key);
}

function said(language: string, value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? value.toLocaleString(language) : value;
}

/** Says things in a language; in English where that has no text, and by the key where nobody has. */
function speech(language: string, texts: Texts): Speech {
  const t: Translate = (key, values = {}) => {
    const text = formOf(language, texts, key, values.count) ?? formOf('en', en, key, values.count) ?? key;
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => said(language, values[name]) ?? whole);
  };
  return { language, t };
}

const spoken = createStore(speech('en', en));

export const currentSpeech: ReadableStore<Speech> = spoken;

export function speak(language: string, texts: Texts): void {
  spoken.set(speech(language, texts));
}

/** For code that is no component; a component that shows texts has `useTranslation`. */
export const translate: Translate = (key, values) => spoken.get().t(key, values);

export function useTranslation(): Speech {
  return useStore(spoken);
}
