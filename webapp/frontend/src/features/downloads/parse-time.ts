/** "1:15" -> 75, "1:01:15" -> 3675, "90" -> 90 (seconds); null for anything else. */
export function parseTime(text: string): number | null {
  const parts = text.trim().split(':');
  if (parts.length > 3 || !parts.every((part) => /^\d+(?:\.\d+)?$/.test(part))) return null;
  const [first = 0, ...rest] = parts.map(Number);
  if (rest.some((part) => part >= 60)) return null;
  return rest.reduce((sum, part) => sum * 60 + part, first);
}
