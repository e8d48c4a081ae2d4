import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { early, earlyWords } from './early-words.ts';
import { pageHeaders } from './protection.ts';

const LOCALES = new URL('../src/i18n/locales/', import.meta.url);

test('a language is known before the script is there as soon as it has its file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'words-'));
  const early = { lost: 'Weg </script>', trying: 'Nog eens', reload: 'Opnieuw' };
  writeFileSync(join(folder, 'nl.json'), JSON.stringify({ composer: { label: 'Link', other: '' }, early }));
  const said = earlyWords(pathToFileURL(`${folder}/`));
  expect(JSON.parse(said)).toEqual({ nl: { label: 'Link', ...early } });
  expect(said).not.toContain('<');
});

test('every language has these words, and index.html names none', () => {
  const languages = readdirSync(LOCALES).map((name) => name.replace('.json', ''));
  const words = JSON.parse(earlyWords(LOCALES)) as Record<string, Record<string, string>>;
  expect(Object.keys(words).sort()).toEqual(languages.sort());
  for (const said of Object.values(words)) expect(Object.values(said).filter(Boolean)).toHaveLength(4);
  const page = readFileSync(new URL('../index.html', import.meta.url), 'utf8');
  const named = languages.filter((code) => code !== 'en' && new RegExp(`\\b${code}\\b['"]?:`).test(page));
  expect(named).toEqual([]);
  expect(page).toContain('__EARLY_WORDS__');
});

test('nginx allows the script with the words of today, and no other', () => {
  const page = early(readFileSync(new URL('../index.html', import.meta.url), 'utf8'), LOCALES);
  const [allowed] = /script-src [^;]+;/.exec(pageHeaders(page)['Content-Security-Policy'] ?? '') ?? [];
  const template = readFileSync(new URL('../nginx/default.conf.template', import.meta.url), 'utf8');
  expect(template.match(/script-src [^;]+;/g), 'write this into default.conf.template').toEqual([allowed]);
});
