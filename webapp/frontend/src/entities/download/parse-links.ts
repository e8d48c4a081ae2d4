/** Links out of whatever was pasted, dropped or shared, and the platform that a link belongs to. */

export type LinkReading = { ok: true; links: string[] } | { ok: false; line: string | null };

const PLATFORMS: readonly (readonly [string, readonly string[]])[] = [
  ['YouTube', ['youtube.com', 'youtu.be', 'youtube-nocookie.com']],
  ['Vimeo', ['vimeo.com']],
  ['SoundCloud', ['soundcloud.com']],
  ['Bandcamp', ['bandcamp.com']],
  ['TikTok', ['tiktok.com']],
  ['Instagram', ['instagram.com']],
  ['Facebook', ['facebook.com', 'fb.watch']],
  ['X', ['x.com', 'twitter.com']],
  ['Reddit', ['reddit.com', 'redd.it']],
  ['Twitch', ['twitch.tv']],
  ['Dailymotion', ['dailymotion.com', 'dai.ly']],
  ['Bilibili', ['bilibili.com', 'b23.tv']],
  ['Mixcloud', ['mixcloud.com']],
  ['Internet Archive', ['archive.org']],
  ['ARD Mediathek', ['ardmediathek.de']],
  ['ZDF', ['zdf.de']],
];

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  return new URL(text).hostname !== '';
}

const WITHOUT_SCHEME = /^(?:www\.|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\/)./i;

/** "(https://example.org/a)," -> "https://example.org/a": what a sentence has put around a link. */
function bare(word: string): string {
  let text = word.replace(/^[("'[<{“„‘«]+/, '');
  for (;;) {
    const last = text.at(-1) ?? '';
    const isOpened = last === ')' && text.split('(').length === text.split(')').length;
    if (isOpened || !/[)\]}>"'”“’».,;:!?]/.test(last)) return text;
    text = text.slice(0, -1);
  }
}

/** The whole link in a word, also one without its scheme; null when it holds none. */
function linkIn(word: string): string | null {
  const text = bare(word);
  if (isWebAddress(text)) return text;
  const whole = `https://${text}`;
  return WITHOUT_SCHEME.test(text) && isWebAddress(whole) ? whole : null;
}

/** One link a line (or parted by spaces), each once. The first word that is no link is named. */
export function readLinks(text: string): LinkReading {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return { ok: false, line: null };
  const links = words.map(linkIn);
  const stranger = links.indexOf(null);
  if (stranger >= 0) return { ok: false, line: words[stranger] ?? null };
  return { ok: true, links: [...new Set(links.filter((link) => link !== null))] };
}

/**
 * The links in a text that may hold other words too, as apps share them: one a line.
 *
 * Without its scheme only a known platform's link is told from other words with a dot in them.
 */
export function findLinks(text: string): string {
  const links = text.split(/[\s<>"]+/).flatMap((word) => {
    const link = linkIn(word);
    return link !== null && (isWebAddress(bare(word)) || isOfPlatform(link)) ? [link] : [];
  });
  return [...new Set(links)].join('\n');
}

function knownPlatform(host: string): string | null {
  const known = PLATFORMS.find(([, domains]) =>
    domains.some((domain) => host === domain || host.endsWith(`.${domain}`)),
  );
  return known?.[0] ?? null;
}

function isOfPlatform(link: string): boolean {
  return knownPlatform(new URL(link).hostname) !== null;
}

/** The platform's name, or the host for a site without one; null when it is no link. */
export function platformOf(link: string): string | null {
  if (!isWebAddress(link)) return null;
  const host = new URL(link).hostname;
  return knownPlatform(host) ?? host.replace(/^www\./, '');
}
