/** Tokens of programs. */
import { request } from './request.ts';
import type { NewToken, Token, TokenRequest } from './types.ts';

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
