/** Who is told what happened. */
import { request, type Sending } from './request.ts';
import type { Delivery, NewReceiver, Receiver, ReceiverRequest } from './types.ts';

/** Who is told what happens; of addresses only the beginning. */
export function listReceivers(signal: AbortSignal): Promise<Receiver[]> {
  return request('/api/receivers', { signal });
}

/** Adds a receiver, whose answer alone tells the key of a webhook, or changes the one of that id. */
export function saveReceiver(id: string | null, body: ReceiverRequest): Promise<Receiver & { secret?: string | null }> {
  if (id === null) return request('/api/receivers', { method: 'POST', body });
  return request(`/api/receivers/${encodeURIComponent(id)}`, { method: 'PUT', body });
}

export function deleteReceiver(id: string, sending: Sending = {}): Promise<unknown> {
  return request(`/api/receivers/${encodeURIComponent(id)}`, { method: 'DELETE', ...sending });
}

/** Sends a test, and says what came of it. */
export function testReceiver(id: string): Promise<Delivery> {
  return request(`/api/receivers/${encodeURIComponent(id)}/test`, { method: 'POST' });
}

export function renewSecret(id: string): Promise<NewReceiver> {
  return request(`/api/receivers/${encodeURIComponent(id)}/secret`, { method: 'POST' });
}
