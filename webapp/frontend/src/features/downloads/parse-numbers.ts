/** Numbers of a list as people write them: "1-20, 35", "50-", "-10". */

/** The numbers from 1 to `count` that are meant; null when it cannot be read, or means none of them. */
export function parseNumbers(text: string, count: number): ReadonlySet<number> | null {
  const found = new Set<number>();
  for (const part of text.split(/[,;\s]+(?![-–])(?<![-–]\s*)/).map((one) => one.trim()).filter(Boolean)) {
    const range = /^(\d*)\s*([-–]?)\s*(\d*)$/.exec(part);
    if (!range) return null;
    const [, from = '', dash = '', to = ''] = range;
    const first = from === '' ? 1 : Number(from);
    const last = dash === '' ? first : to === '' ? count : Number(to);
    if ((from === '' && to === '') || first > last) return null;
    for (let number = Math.max(1, first); number <= Math.min(count, last); number += 1) found.add(number);
  }
  return found.size > 0 ? found : null;
}
