/** What a link leads to. */
import { BASE } from '@/utils/base.ts';
import { request } from './request.ts';
import type { EntryPage, Preview } from './types.ts';

/** All entries of a list that has been previewed. */
export function listEntries(key: string, signal: AbortSignal): Promise<EntryPage> {
  return request(`/api/previews/${key}/entries?limit=5000`, { signal });
}

export async function previewLink(url: string, signal: AbortSignal): Promise<Preview> {
  const found = await request<Preview>('/api/previews', { method: 'POST', body: { url }, signal });
  return { ...found, thumbnail: found.thumbnail === null ? null : BASE + found.thumbnail };
}
