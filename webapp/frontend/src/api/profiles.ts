/** Profiles: choices with a name. */
import { request, type Sending } from './request.ts';
import type { Profile, ProfileRequest } from './types.ts';

export function listProfiles(signal: AbortSignal): Promise<Profile[]> {
  return request('/api/profiles', { signal });
}

export function addProfile(profile: ProfileRequest): Promise<Profile> {
  return request('/api/profiles', { method: 'POST', body: profile });
}

export function changeProfile(id: string, profile: ProfileRequest): Promise<Profile> {
  return request(`/api/profiles/${encodeURIComponent(id)}`, { method: 'PUT', body: profile });
}

export function deleteProfile(id: string, sending: Sending = {}): Promise<unknown> {
  return request(`/api/profiles/${encodeURIComponent(id)}`, { method: 'DELETE', ...sending });
}

/** The one that is taken where none is named. */
export function setDefaultProfile(id: string): Promise<Profile> {
  return request('/api/profiles/default', { method: 'PUT', body: { id } });
}
