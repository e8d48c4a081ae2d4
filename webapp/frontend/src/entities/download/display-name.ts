import type { Download } from '@/api/types.ts';

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What to call a download: its title or, as long as that is unknown, the end of its link. */
export function displayName({ title, url }: Pick<Download, 'title' | 'url'>): string {
  if (title !== null && title !== '') return title;
  if (!URL.canParse(url)) return url;
  const { hostname, pathname } = new URL(url);
  const last = pathname.split('/').filter(Boolean).at(-1);
  return last === undefined ? hostname : decoded(last);
}
