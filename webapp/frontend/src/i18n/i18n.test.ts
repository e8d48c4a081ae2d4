import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import de from './locales/de.json';
import en from './locales/en.json';

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
  test('say the same things with the same names in them', () => {
    expect(keysOf(de).sort()).toEqual(keysOf(en).sort());
  });

  test('hold nothing that is never said', () => {
    const source = sourcesBelow('src').join('\n');
    const isSaid = (key: string): boolean => {
      const bare = key.replace(/_(one|other)$/, '');
      const group = bare.slice(0, bare.lastIndexOf('.'));
      return source.includes(`'${bare}'`) || source.includes(`\`${group}.$`) || bare.endsWith("Title");
    };
    const keys = keysOf(en).map((line) => line.split(' ')[0] ?? '');
    expect(keys.filter((key) => !isSaid(key))).toEqual([]);
  });
});
