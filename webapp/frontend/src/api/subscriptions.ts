/** Subscriptions, and which files they would delete. */
import { request, type Sending } from './request.ts';
import type { DoomedFiles, Subscription, SubscriptionRequest } from './types.ts';

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
