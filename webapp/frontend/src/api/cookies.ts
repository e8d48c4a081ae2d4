/** Cookies of sites. */
import { request, type Sending } from './request.ts';
import type { SiteCookies } from './types.ts';

/** The sites that there are cookies of, never what is in them. */
export function listCookies(signal: AbortSignal): Promise<SiteCookies[]> {
  return request('/api/cookies', { signal });
}

export function keepCookies(site: string, text: string): Promise<unknown> {
  return request(`/api/cookies/${encodeURIComponent(site)}`, { method: 'PUT', body: { text } });
}

export function forgetCookies(site: string, sending: Sending): Promise<unknown> {
  return request(`/api/cookies/${encodeURIComponent(site)}`, { ...sending, method: 'DELETE' });
}
