/** What is brought in from elsewhere. */
import { BASE } from '@/utils/base.ts';
import { request } from './request.ts';
import type { ArchiveTaken, Import, ImportLook, ImportRequest, Imports } from './types.ts';

export function listImports(signal: AbortSignal): Promise<Imports> {
  return request('/api/imports', { signal });
}

/** The folders that there are to import. */
export function listImportFolders(origin: ImportRequest['origin'], signal: AbortSignal): Promise<string[]> {
  return request(`/api/imports/folders?origin=${origin}`, { signal });
}

/** What an import would take. */
export function lookAtImport(wanted: ImportRequest): Promise<ImportLook> {
  return request('/api/imports/look', { method: 'POST', body: wanted });
}

export function addImport(wanted: ImportRequest): Promise<Import> {
  return request('/api/imports', { method: 'POST', body: wanted });
}

export function stopImport(id: string): Promise<Import> {
  return request(`/api/imports/${encodeURIComponent(id)}/stop`, { method: 'POST' });
}

/** Reads yt-dlp's download archive. */
export function addArchive(text: string): Promise<ArchiveTaken> {
  return request('/api/archive', { method: 'POST', body: { text } });
}

/** What can be saved of all that is here. */
export const SAVED = {
  everything: `${BASE}/api/export`,
  links: `${BASE}/api/export/links`,
  archive: `${BASE}/api/archive`,
} as const;
