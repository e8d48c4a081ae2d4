/** The sites that there are cookies of. What is in them is never given out. */
import { useQuery, type QueryClient } from '@tanstack/react-query';
import { forgetCookies, keepCookies, listCookies } from '@/api/cookies.ts';
import type { SiteCookies } from '@/api/types.ts';
import { leaving, recall, removeLater } from '@/entities/removal/removal.ts';
import { useStore } from '@/hooks/use-store.ts';
import { translate } from '@/i18n/translate.ts';

export const COOKIES_KEY = ['cookies'] as const;

const markOf = (site: string): string => `cookies ${site}`;

export function useCookies(): readonly SiteCookies[] {
  const { data = [] } = useQuery({ queryKey: COOKIES_KEY, queryFn: ({ signal }) => listCookies(signal) });
  const gone = useStore(leaving);
  return data.filter(({ site }) => !gone.has(markOf(site)));
}

/** Sends them; a deletion of the former ones that is still to come would take these along. */
export function replaceCookies(site: string, text: string): Promise<unknown> {
  recall(markOf(site));
  return keepCookies(site, text);
}

/** Deletes a site's cookies, unless that is taken back in time. */
export function forgetCookiesLater(client: QueryClient, site: string): void {
  removeLater({
    id: markOf(site),
    title: translate('cookies.removed'),
    name: site,
    send: async (sending) => {
      await forgetCookies(site, sending);
      await client.invalidateQueries({ queryKey: COOKIES_KEY });
    },
  });
}
