/** Feeds for podcast players. */
import { request, type Sending } from './request.ts';
import type { Feed, FeedRequest } from './types.ts';

/** The podcast feeds, with their secret addresses. */
export function listFeeds(signal: AbortSignal): Promise<Feed[]> {
  return request('/api/feeds', { signal });
}

export function addFeed(body: FeedRequest): Promise<Feed> {
  return request('/api/feeds', { method: 'POST', body });
}

export function deleteFeed(id: string, sending: Sending = {}): Promise<unknown> {
  return request(`/api/feeds/${encodeURIComponent(id)}`, { method: 'DELETE', ...sending });
}
