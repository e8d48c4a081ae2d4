/** Links out of whatever was pasted or dropped. */

export type LinkReading = { ok: true; links: string[] } | { ok: false; line: string | null };

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  return new URL(text).hostname !== '';
}

/** One link a line (or parted by spaces), each once. The first line that is no link is named. */
export function readLinks(text: string): LinkReading {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return { ok: false, line: null };
  const stranger = words.find((word) => !isWebAddress(word));
  if (stranger !== undefined) return { ok: false, line: stranger };
  return { ok: true, links: [...new Set(words)] };
}
