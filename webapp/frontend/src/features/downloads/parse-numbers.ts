/** Numbers of a list as people write them: "1-20, 35", "50-", "-10", "first 3", "last 10". */

/** What the reader's language calls the first and the last of a list: several forms, with commas between. */
export interface NumberWords {
  first: string;
  last: string;
}

const FIRST = '<';
const LAST = '>';

/** "last 10" and "10 derniers" -> ">10". */
function marked(text: string, words: string, mark: string): string {
  const forms = words.split(',').map((one) => one.trim().replace(/\s+/g, '\\s+'));
  const any = `(?:${forms.sort((a, b) => b.length - a.length).join('|')})`; // the longest first
  const before = new RegExp(`${any}\\s*(\\d+)`, 'giu');
  const after = new RegExp(`(\\d+)\\s*${any}`, 'giu');
  return text.replace(before, ` ${mark}$1 `).replace(after, ` ${mark}$1 `);
}

/** The numbers that are meant by one part; null when it cannot be read. `shown`: all, in the order in which they stand. */
function parsePart(part: string, shown: readonly number[]): readonly number[] | null {
  const counted = /^([<>])(\d+)$/.exec(part);
  if (counted) {
    const count = Number(counted[2]);
    return counted[1] === FIRST ? shown.slice(0, count) : shown.slice(Math.max(0, shown.length - count));
  }
  const range = /^(\d*)\s*([-–]?)\s*(\d*)$/.exec(part);
  if (!range) return null;
  const [, from = '', dash = '', to = ''] = range;
  const first = from === '' ? 1 : Number(from);
  const last = dash === '' ? first : to === '' ? shown.length : Number(to);
  if ((from === '' && to === '') || first > last) return null;
  return shown.filter((number) => number >= first && number <= last);
}

/**
 * The numbers of `shown` that are meant; null when it cannot be read, or means none of them.
 *
 * Numbers are those of the list; the first and the last are so in the order in which they are shown.
 */
export function parseNumbers(text: string, shown: readonly number[], words: NumberWords): ReadonlySet<number> | null {
  const plain = marked(marked(text, words.first, FIRST), words.last, LAST);
  const parts = plain.split(/[,;\s]+(?![-–])(?<![-–]\s*)/).map((one) => one.trim()).filter(Boolean);
  const found = new Set<number>();
  for (const part of parts) {
    const numbers = parsePart(part, shown);
    if (numbers === null) return null;
    for (const number of numbers) found.add(number);
  }
  return found.size > 0 ? found : null;
}
