/** What a download is called, also before its title is known. */
import type { Download } from '@/api/types.ts';

/** Query parameters in which sites name one medium. */
const ID_PARAMETERS = ['v', 'id', 'vid', 'video_id', 'videoId', 'video', 'clip', 'list'];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** "https://www.example.org/a" -> "example.org"; the text itself when it is no link. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.replace(/^www\./, '') : url;
}

/** What tells one link of a site from another: the name of a file, an id, or the end of the path. */
function mediumOf({ pathname, search, searchParams }: URL): string {
  const last = decoded(pathname.split('/').filter(Boolean).at(-1) ?? '');
  if (/\.\w{2,5}$/.test(last)) return last + decoded(search);
  const parameter = ID_PARAMETERS.find((name) => searchParams.get(name));
  return parameter === undefined ? last : (searchParams.get(parameter) ?? last);
}

/** The title or, as long as that is unknown, the host and what is wanted from it. */
export function displayName({ title, url }: Pick<Download, 'title' | 'url'>): string {
  if (title !== null && title !== '') return title;
  if (!URL.canParse(url)) return url;
  return [hostOf(url), mediumOf(new URL(url))].filter(Boolean).join(' · ');
}

/** The site that a download comes from, unless its name says so already. */
export function siteOf({ title, url, platform }: Pick<Download, 'title' | 'url' | 'platform'>): string | null {
  const isNamed = title !== null && title !== '';
  return platform ?? (isNamed && url !== '' ? hostOf(url) : null);
}
