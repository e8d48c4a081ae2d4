/**
 * Where the app lies on its server: "" at its root, "/media" where a proxy shows it below that path.
 *
 * The server writes it into the page; every address of the page's own begins with it.
 */
export function baseOf(manifest: string | undefined): string {
  return manifest === undefined ? '' : new URL('.', manifest).pathname.replace(/\/$/, '');
}

export const BASE = baseOf(document.querySelector<HTMLLinkElement>('link[rel=manifest]')?.href);
