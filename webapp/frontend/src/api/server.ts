/** Whether the server lets us in, and whether it is there. */
import { ApiError, noResponse } from './problem.ts';
import { request } from './request.ts';

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
