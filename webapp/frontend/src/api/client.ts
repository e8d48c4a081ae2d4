/** The backend's routes, one function each, and the one place where they are fetched. */
import { BASE } from '@/utils/base.ts';
import { ApiError, problemOf, noResponse } from './problem.ts';
import type {
  ArchiveTaken,
  Changes,
  Deleted,
  DoomedFiles,
  Download,
  DownloadPage,
  DownloadQuery,
  EntryPage,
  Import,
  ImportLook,
  ImportRequest,
  Imports,
  Matching,
  Leftover,
  MediaFolder,
  Preview,
  QueueChange,
  QueueState,
  DownloadRequest,
  Subscription,
  SubscriptionRequest,
  Naming,
  Profile,
  ProfileRequest,
  Relocation,
  SiteCookies,
  NewToken,
  Token,
  TokenRequest,
  Delivery,
  NewReceiver,
  Receiver,
  ReceiverRequest,
  Feed,
  FeedRequest,
} from './types.ts';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json/;

const GATEWAY_ERRORS = [502, 503, 504];

async function bodyOf(response: Response): Promise<unknown> {
  if (!JSON_TYPE.test(response.headers.get('content-type') ?? '')) return null;
  return response.json().catch(() => null);
}

/** `keepalive`: the request outlives the page that sends it. */
export interface Sending {
  keepalive?: boolean;
}

interface RequestOptions extends Sending {
  method?: 'GET' | 'POST' | 'DELETE' | 'PATCH' | 'PUT';
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * Fetches JSON.
 *
 * @throws {ApiError} for every answer that is not a success, and for none at all (status 0).
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = 'GET', body, signal, keepalive = false } = options;
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      ...(keepalive ? { keepalive } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(noResponse(error instanceof Error ? error.message : String(error)));
  }
  const content = await bodyOf(response);
  if (!response.ok) {
    // A gateway's bare page says no more than that nobody was there.
    const nobody = content === null && GATEWAY_ERRORS.includes(response.status);
    throw new ApiError(nobody ? noResponse(`HTTP ${response.status.toString()}`) : problemOf(response.status, content));
  }
  return content as T;
}

/**
 * Queues every link of the wish, all or none.
 *
 * @throws {ApiError} 409 for a single link that is there already in the same format, unless `again`.
 */
export async function createDownloads({ urls, entries = [], ...how }: DownloadRequest, again = false): Promise<Download[]> {
  const listed = entries.filter(({ url }) => urls.includes(url));
  if (listed.length > 0) return request('/api/downloads/bulk', { method: 'POST', body: { entries: listed, ...how } });
  if (urls.length > 1) return request('/api/downloads/bulk', { method: 'POST', body: { urls, ...how } });
  const path = again ? '/api/downloads' : '/api/downloads?unless_known=true';
  return [await request<Download>(path, { method: 'POST', body: { url: urls[0], ...how } })];
}

/** All entries of a list that has been previewed. */
export function listEntries(key: string, signal: AbortSignal): Promise<EntryPage> {
  return request(`/api/previews/${key}/entries?limit=5000`, { signal });
}

export function listProfiles(signal: AbortSignal): Promise<Profile[]> {
  return request('/api/profiles', { signal });
}

export function addProfile(profile: ProfileRequest): Promise<Profile> {
  return request('/api/profiles', { method: 'POST', body: profile });
}

export function changeProfile(id: string, profile: ProfileRequest): Promise<Profile> {
  return request(`/api/profiles/${encodeURIComponent(id)}`, { method: 'PUT', body: profile });
}

export function deleteProfile(id: string): Promise<unknown> {
  return request(`/api/profiles/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** The one that is taken where none is named. */
export function setDefaultProfile(id: string): Promise<Profile> {
  return request('/api/profiles/default', { method: 'PUT', body: { id } });
}

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

/** Moves or renames finished files; says which were refused. */
export function relocate(wanted: Relocation): Promise<Changes> {
  return request('/api/downloads/relocations', { method: 'POST', body: wanted });
}

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

/** The sites that there are cookies of, never what is in them. */
export function listCookies(signal: AbortSignal): Promise<SiteCookies[]> {
  return request('/api/cookies', { signal });
}

export function keepCookies(site: string, text: string): Promise<unknown> {
  return request(`/api/cookies/${encodeURIComponent(site)}`, { method: 'PUT', body: { text } });
}

export function forgetCookies(site: string): Promise<unknown> {
  return request(`/api/cookies/${encodeURIComponent(site)}`, { method: 'DELETE' });
}

export function previewLink(url: string, signal: AbortSignal): Promise<Preview> {
  return request('/api/previews', { method: 'POST', body: { url }, signal });
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
export function clearLeftovers(id: string | null): Promise<unknown> {
  return request(`/api/leftovers${id === null ? '' : `?item=${encodeURIComponent(id)}`}`, { method: 'DELETE' });
}

export function listSubscriptions(signal: AbortSignal): Promise<Subscription[]> {
  return request('/api/subscriptions', { signal });
}

/** Adds a subscription, or replaces what is wanted of the one of that id. */
export function saveSubscription(id: string | null, body: SubscriptionRequest): Promise<Subscription> {
  if (id === null) return request('/api/subscriptions', { method: 'POST', body });
  return request(`/api/subscriptions/${encodeURIComponent(id)}`, { method: 'PUT', body });
}

export function actOnSubscription(id: string, action: 'look' | 'pause' | 'resume'): Promise<Subscription> {
  return request(`/api/subscriptions/${encodeURIComponent(id)}/${action}`, { method: 'POST' });
}

export function deleteSubscription(id: string, sending: Sending = {}): Promise<unknown> {
  return request(`/api/subscriptions/${encodeURIComponent(id)}`, { method: 'DELETE', ...sending });
}

/** Which of its files a rule about keeping would delete now. */
export function listDoomed(id: string, keep: SubscriptionRequest['keep'], signal: AbortSignal): Promise<DoomedFiles> {
  const rule = Object.entries(keep).flatMap(([name, value]) => (value == null ? [] : [`${name}=${value.toString()}`]));
  return request(`/api/subscriptions/${encodeURIComponent(id)}/doomed?${rule.join('&')}`, { signal });
}

export function listTokens(signal: AbortSignal): Promise<Token[]> {
  return request('/api/tokens', { signal });
}

/** Makes a token for a script; the answer is the only one that tells it. */
export function addToken(body: TokenRequest): Promise<NewToken> {
  return request('/api/tokens', { method: 'POST', body });
}

export function revokeToken(id: string): Promise<unknown> {
  return request(`/api/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Who is told what happens; of addresses only the beginning. */
export function listReceivers(signal: AbortSignal): Promise<Receiver[]> {
  return request('/api/receivers', { signal });
}

/** Adds a receiver, whose answer alone tells the key of a webhook, or changes the one of that id. */
export function saveReceiver(id: string | null, body: ReceiverRequest): Promise<Receiver & { secret?: string | null }> {
  if (id === null) return request('/api/receivers', { method: 'POST', body });
  return request(`/api/receivers/${encodeURIComponent(id)}`, { method: 'PUT', body });
}

export function deleteReceiver(id: string): Promise<unknown> {
  return request(`/api/receivers/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Sends a test, and says what came of it. */
export function testReceiver(id: string): Promise<Delivery> {
  return request(`/api/receivers/${encodeURIComponent(id)}/test`, { method: 'POST' });
}

export function renewSecret(id: string): Promise<NewReceiver> {
  return request(`/api/receivers/${encodeURIComponent(id)}/secret`, { method: 'POST' });
}

/** The podcast feeds, with their secret addresses. */
export function listFeeds(signal: AbortSignal): Promise<Feed[]> {
  return request('/api/feeds', { signal });
}

export function addFeed(body: FeedRequest): Promise<Feed> {
  return request('/api/feeds', { method: 'POST', body });
}

export function deleteFeed(id: string): Promise<unknown> {
  return request(`/api/feeds/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Exchanges the access token for a cookie. */
export function logIn(token: string): Promise<unknown> {
  return request('/api/session', { method: 'POST', body: { token } });
}

/** A backend that has not answered for so long hangs, milliseconds. */
const HEALTH_LIMIT = 3000;

/** Why the backend does not answer, or null if it does. Never throws. */
export async function checkHealth(signal: AbortSignal): Promise<ApiError['problem'] | null> {
  const limit = AbortSignal.timeout(HEALTH_LIMIT);
  const either = AbortSignal.any([signal, limit]);
  try {
    await request('/health', { signal: either });
    await request('/api/downloads?limit=1', { signal: either }); // alive, but perhaps not for us
    return null;
  } catch (error) {
    return error instanceof ApiError ? error.problem : noResponse('', limit.aborted);
  }
}
