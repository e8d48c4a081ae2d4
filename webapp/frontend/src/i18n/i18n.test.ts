// @vitest-environment jsdom
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, chooseLanguage, nameOfLanguage } from './i18n.ts';
import { localCause, localFailure, localField, namedField } from './failures.ts';
import en from './locales/en.json';
import { translate } from './translate.ts';

function read(path: string): object {
  return JSON.parse(readFileSync(`src/i18n/${path}.json`, 'utf8')) as object;
}

const OTHERS = LANGUAGES.filter((code) => code !== 'en');

/** Every key with the names that its text expects, as "a.b {{count}}". */
function keysOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) => {
    const full = path ? `${path}.${key}` : key;
    if (typeof value !== 'string') return keysOf(value as object, full);
    const names = [...value.matchAll(/\{\{\w+\}\}/g)].map(([name]) => name).sort();
    return [[full, ...names].join(' ')];
  });
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
}

describe('the languages', () => {
  test('are English and whatever has its two files', () => {
    const codes = (folder: string): string[] => readdirSync(`src/i18n/${folder}`).map((name) => name.replace('.json', '')).sort();
    expect([...LANGUAGES].sort()).toEqual(codes('locales'));
    expect([...OTHERS].sort()).toEqual(codes('failures'));
    expect(LANGUAGES[0]).toBe('en');
    expect(['en', 'de', 'fr'].map(nameOfLanguage)).toEqual(['English', 'Deutsch', 'Français']);
  });

  test.each(OTHERS)('say in %s the same things with the same names in them', (code) => {
    expect(keysOf(read(`locales/${code}`)).sort()).toEqual(keysOf(en).sort());
  });

  test.each(OTHERS)('say in %s why a download failed, for the same kinds', (code) => {
    expect(Object.keys(read(`failures/${code}`))).toEqual(Object.keys(read('failures/de')));
  });

  test('change in mid-sentence, with the value that the backend gave', async () => {
    const failure = { kind: 'not-found', sentence: 'There is nothing at this address (HTTP 404).', fix: 'Check the link.' };
    expect(localFailure(failure)).toBe(failure);
    await chooseLanguage('de');
    expect(localFailure(failure).sentence).toBe('Unter dieser Adresse gibt es nichts (HTTP 404).');
    expect(translate('action.retry')).toBe('Erneut versuchen');
    expect(localFailure({ ...failure, kind: 'unheard-of' }).sentence).toBe(failure.sentence);
    await chooseLanguage('en');
  });

  test('are what was chosen last, however long each takes to arrive', async () => {
    await Promise.all([chooseLanguage('de'), chooseLanguage('en')]);
    expect(document.documentElement.lang).toBe('en');
    expect(translate('action.retry')).toBe('Retry');
  });

  test.each(OTHERS)('say in %s why a service is down, in the words of the guard’s own pages', (code) => {
    const { causes } = JSON.parse(readFileSync(`../../scripts/guard/pages/words/${code}.json`, 'utf8')) as { causes: Record<string, string> };
    const own = Object.entries(read(`failures/${code}`) as Record<string, string[]>);
    const told = own.filter(([kind]) => kind.startsWith('cause:')).map(([kind, [text]]) => [kind.slice('cause:'.length), text]);
    expect(Object.fromEntries(told)).toEqual(causes);
  });

  test('say why a service is down, and what is wrong with a field', async () => {
    const cause = {
      kind: 'module-missing',
      sentence: 'api needs the Python package yt_dlp, which is not installed.',
      fix: 'make setup',
      values: { name: 'api', module: 'yt_dlp', typed: 'make setup' },
      templates: { sentence: ['{name} needs the Python package {module}, which is not installed.'], fix: ['{typed}'] },
    };
    const field = { field: 'schedule.hours', message: 'schedule.hours: at most 720.', kind: 'field-most', values: { limit: '720' } };
    expect([localCause(cause), namedField(field)]).toEqual([cause, field.message]);
    await chooseLanguage('de');
    expect(localCause(cause)).toMatchObject({ sentence: 'api braucht das Python-Paket yt_dlp, das nicht installiert ist.', fix: 'make setup' });
    for (const lacking of [{ values: { name: 'api' } }, { templates: { sentence: ['Unheard of.'], fix: [] } }, { templates: { sentence: [], fix: [] } }]) {
      expect(localCause({ ...cause, ...lacking })).toMatchObject({ sentence: cause.sentence, fix: cause.fix });
    }
    expect(localField(field)).toBe('Der Wert darf höchstens 720 sein.');
    expect(namedField(field)).toBe('schedule.hours: Der Wert darf höchstens 720 sein.');
    await chooseLanguage('en');
  });

  test('put the values of a refusal into their own sentence, states in their own words', async () => {
    const refusal = { kind: 'file-stuck', sentence: 'English.', fix: 'Fix.', values: { file: '/a.mp4', why: 'busy' } };
    await chooseLanguage('de');
    expect(localFailure(refusal).sentence).toBe('/a.mp4 lässt sich nicht löschen: busy.');
    expect(localFailure({ ...refusal, kind: 'no-file-yet', values: { state: 'queued' } }).sentence).toBe('Es gibt noch keine Datei (In der Warteschlange).');
    expect(localFailure({ ...refusal, values: {} })).toEqual({ ...refusal, values: {} }); // a value is missing
    const file = { kind: 'left-not-media', sentence: 'It is a picture (PNG), and no medium.', fix: '', values: { what: 'a picture (PNG)' } };
    expect(localFailure(file).sentence).toBe('Das ist kein Video und kein Ton, sondern ein Bild (PNG).');
    const denied = { ...refusal, values: { file: '/a.mp4', why: 'Permission denied' } };
    expect(localFailure(denied).sentence).toBe('/a.mp4 lässt sich nicht löschen: keine Berechtigung.');
    const address = { ...refusal, kind: 'address-refused', values: { address: '10.0.0.1', port: '80' } };
    expect(localFailure(address).sentence).toContain('10.0.0.1 (Port 80) liegt nicht im öffentlichen Internet');
    await chooseLanguage('en');
  });

  test('hold nothing that is never said', () => {
    const source = sourcesBelow('src').join('\n');
    const isSaid = (key: string): boolean => {
      const bare = key.replace(/_(one|other)$/, '');
      const group = bare.slice(0, bare.lastIndexOf('.'));
      return group === 'early' || source.includes(`'${bare}'`) || source.includes(`\`${group}.$`) || bare.endsWith("Title");
    };
    const keys = keysOf(en).map((line) => line.split(' ')[0] ?? '');
    expect(keys.filter((key) => !isSaid(key))).toEqual([]);
  });
});

describe('what a server says in English', () => {
  const RAW = /\bproblem\.detail\b|\brefused\[\d\]\.detail\b|\berror\.message\b|\{detail\}\s*<|\{problem\}/;
  const MAY = ['api/', 'entities/download/error-toast.ts', 'i18n/failures.ts', 'components/'];

  test('is shown nowhere as it is', () => {
    const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !MAY.some((one) => name.startsWith(one)))
      .filter((name) => RAW.test(readFileSync(`src/${name}`, 'utf8')));
    expect(found).toEqual([]);
  });
});
