/** What the page says before its script is there, in every language that has a file of texts. */
import { readFileSync, readdirSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Stands in index.html for the texts. */
const PLACE = '__EARLY_WORDS__';

interface Locale {
  composer: { label: string };
  early: { lost: string; trying: string; reload: string };
}

/** The texts by language, as JSON that can stand in a script of a page. */
export function earlyWords(folder: URL): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  const words = files.map((name) => {
    const { composer, early } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Locale;
    return [name.replace('.json', ''), { label: composer.label, ...early }];
  });
  return JSON.stringify(Object.fromEntries(words)).replaceAll('<', '\\u003c');
}

/** The page with the texts in it. */
export function early(page: string, folder: URL): string {
  return page.replace(PLACE, () => earlyWords(folder));
}

export function withEarlyWords(folder: URL): Plugin {
  return { name: 'early-words', transformIndexHtml: { order: 'pre', handler: (page) => early(page, folder) } };
}
