/** Downloads, their files and the queue. */
import { BASE } from '@/utils/base.ts';
import { request, type Sending } from './request.ts';
import type { Changes, Deleted, Download, DownloadPage, DownloadQuery, Matching, Leftover, MediaFolder, QueueChange, QueueState, DownloadRequest, Relocation } from './types.ts';

/**
 * Queues every link of the wish, all or none.
 *
 * @throws {ApiError} 409 for a single link that is there already in the same format, unless `again`.
 */
export async function createDownloads({ urls, entries = [], ...how }: DownloadRequest, again = false): Promise<Download[]> {
  if (entries.length > 0) return request('/api/downloads/bulk', { method: 'POST', body: { entries, ...how } });
  if (urls.length > 1) return request('/api/downloads/bulk', { method: 'POST', body: { urls, ...how } });
  const path = again ? '/api/downloads' : '/api/downloads?unless_known=true';
  return [await request<Download>(path, { method: 'POST', body: { url: urls[0], ...how } })];
}

/** Moves or renames finished files; says which were refused. */
export function relocate(wanted: Relocation): Promise<Changes> {
  return request('/api/downloads/relocations', { method: 'POST', body: wanted });
}

export function listDownloads(query: DownloadQuery, signal: AbortSignal): Promise<DownloadPage> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one != null && one !== '') search.append(name, String(one));
    }
  }
  return request(`/api/downloads?${search.toString()}`, { signal });
}

export function getDownload(id: string): Promise<Download> {
  return request(`/api/downloads/${encodeURIComponent(id)}`);
}

export type DownloadAction = 'pause' | 'resume' | 'cancel' | 'retry' | 'stop';

export function actOnDownload(id: string, action: DownloadAction, sending: Sending = {}): Promise<unknown> {
  return request(`/api/downloads/${encodeURIComponent(id)}/${action}`, { method: 'POST', ...sending });
}

/** The same to many; says which were refused. */
export function actOnDownloads(ids: readonly string[], action: DownloadAction, sending: Sending = {}): Promise<Changes> {
  return request('/api/downloads/actions', { method: 'POST', body: { ids, action }, ...sending });
}

/** Puts a queued download in front of another queued one, or at the end for null. */
export function moveDownload(id: string, before: string | null): Promise<unknown> {
  return request(`/api/downloads/${encodeURIComponent(id)}/move`, { method: 'POST', body: { before } });
}

export function getQueue(signal: AbortSignal): Promise<QueueState> {
  return request('/api/queue', { signal });
}

export function changeQueue(change: QueueChange): Promise<QueueState> {
  return request('/api/queue', { method: 'PATCH', body: change });
}

export function deleteDownload(id: string, file: boolean, sending: Sending = {}): Promise<unknown> {
  return request(`/api/downloads/${encodeURIComponent(id)}?file=${String(file)}`, {
    method: 'DELETE',
    ...sending,
  });
}

/** Forgets many at once; those that are gone already are no error. */
export function deleteDownloads(ids: readonly string[], file: boolean, sending: Sending = {}): Promise<unknown> {
  return request('/api/downloads/deletions', { method: 'POST', body: { ids, file }, ...sending });
}

/** Forgets all finished downloads that a list shows, however many. */
export function deleteMatching(matching: Matching, sending: Sending = {}): Promise<Deleted> {
  return request('/api/downloads/deletions/matching', { method: 'POST', body: matching, ...sending });
}

/** Where the finished file is; `download` asks the browser to save rather than to play it. */
export function fileUrl(id: string, download = false): string {
  return `${BASE}/api/downloads/${encodeURIComponent(id)}/file${download ? '?disposition=attachment' : ''}`;
}

export function thumbnailUrl(id: string): string {
  return `${BASE}/api/downloads/${encodeURIComponent(id)}/thumbnail`;
}

export function getFolder(signal: AbortSignal): Promise<MediaFolder> {
  return request('/api/folder', { signal });
}

/** Opens the folder of a finished file, or that of all, on the desktop of the backend's machine. */
export function showInFolder(id: string | null): Promise<unknown> {
  return request(id === null ? '/api/folder/show' : `/api/downloads/${encodeURIComponent(id)}/show`, { method: 'POST' });
}

/** What is kept of failed downloads, so that a retry can go on with it. */
export function listLeftovers(signal: AbortSignal): Promise<Leftover[]> {
  return request('/api/leftovers', { signal });
}

/** Removes what is kept of one failed download, or of all for null. */
export function clearLeftovers(id: string | null, sending: Sending = {}): Promise<unknown> {
  return request(`/api/leftovers${id === null ? '' : `?item=${encodeURIComponent(id)}`}`, { method: 'DELETE', ...sending });
}
