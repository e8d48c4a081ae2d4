/** Asks the backend: the one place where its routes are fetched. */
import { BASE } from '@/utils/base.ts';
import { ApiError, noResponse, problemOf } from './problem.ts';

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
  /** What an error is told in, by a server that speaks several languages. */
  language?: string;
}

/**
 * Fetches JSON.
 *
 * @throws {ApiError} for every answer that is not a success, and for none at all (status 0).
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = 'GET', body, signal, keepalive = false, language } = options;
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(language === undefined ? {} : { 'Accept-Language': language }),
      },
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
