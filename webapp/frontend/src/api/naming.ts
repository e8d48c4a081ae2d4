/** Where files go, and what they are called. */
import { request } from './request.ts';
import type { Naming } from './types.ts';

export function getNaming(signal: AbortSignal): Promise<Naming> {
  return request('/api/naming', { signal });
}

export function setNaming(naming: Naming): Promise<Naming> {
  return request('/api/naming', { method: 'PUT', body: naming });
}

/** What a file would be called; what is empty is as it is set for all. */
export function tryNaming(wanted: Record<'folder' | 'template' | 'format', string>, signal: AbortSignal): Promise<{ path: string }> {
  const given = Object.entries(wanted).filter(([, value]) => value !== '');
  return request(`/api/naming/example?${new URLSearchParams(given).toString()}`, { signal });
}

/** The folders that there are below the media folder. */
export function listFolders(signal: AbortSignal): Promise<string[]> {
  return request('/api/folders', { signal });
}
