import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Names of a side that stays where it is when the text runs the other way; both sides alike are fine. */
const PHYSICAL = /(?:^|[\s;{-])(?:left|right)(?:-color|-width)?\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)/;
const FOUR = /^\s*(?:padding|margin): (\S+) (\S+) (\S+) (\S+);$/;

test('styles name sides by the direction of the text, so that the page can run from right to left', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'));
  expect(files.length).toBeGreaterThan(20);
  const found = files.flatMap((name) =>
    readFileSync(`src/${name}`, 'utf8')
      .split('\n')
      .filter((line) => PHYSICAL.test(line) || (FOUR.exec(line)?.[2] ?? '') !== (FOUR.exec(line)?.[4] ?? ''))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
