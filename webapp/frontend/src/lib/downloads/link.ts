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

/** One link a line (or parted by spaces), each once. The first word that is no link is named. */
export function readLinks(text: string): LinkReading {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return { ok: false, line: null };
  const stranger = words.find((word) => !isWebAddress(word));
  if (stranger !== undefined) return { ok: false, line: stranger };
  return { ok: true, links: [...new Set(words)] };
}

/** The links in a text that may hold other words too, as apps share them: one a line. */
export function findLinks(text: string): string {
  const words = text.split(/[\s<>"]+/).filter(isWebAddress);
  return [...new Set(words)].join('\n');
}

/** The platform's name, or the host for a site without one; null when it is no link. */
export function platformOf(link: string): string | null {
  if (!isWebAddress(link)) return null;
  const host = new URL(link).hostname.toLowerCase();
  const known = PLATFORMS.find(([, domains]) =>
    domains.some((domain) => host === domain || host.endsWith(`.${domain}`)),
  );
  return known?.[0] ?? host.replace(/^www\./, '');
}
