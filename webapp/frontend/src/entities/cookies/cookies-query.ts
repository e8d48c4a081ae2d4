/** The sites that there are cookies of. What is in them is never given out. */
import { useQuery } from '@tanstack/react-query';
import { listCookies } from '@/api/cookies.ts';
import type { SiteCookies } from '@/api/types.ts';

export const COOKIES_KEY = ['cookies'] as const;

export function useCookies(): readonly SiteCookies[] {
  const { data } = useQuery({ queryKey: COOKIES_KEY, queryFn: ({ signal }) => listCookies(signal) });
  return data ?? [];
}
