/** One verdict on the backend out of what the stream sees and what the guard knows. */
import type { Cause } from '@/api/problem.ts';
import type { StreamState } from '@/api/resilient-event-source.ts';
import type { GuardStatus, ServiceState } from './guard-stream.ts';

export type Verdict = 'ok' | 'connecting' | 'starting' | 'away' | 'broken' | 'stopped' | 'locked';

const UNAUTHORIZED = 401;

export interface Health {
  verdict: Verdict;
  /** Milliseconds since the epoch, or an ISO timestamp; null when it was never otherwise. */
  since: number | string | null;
  cause: Cause | null;
}

const VERDICT_OF: Partial<Record<ServiceState, Verdict>> = {
  BROKEN: 'broken',
  STOPPED: 'stopped',
  STARTING: 'starting',
  STOPPING: 'starting',
  BACKOFF: 'starting',
};

function isServiceState(value: string | null): value is ServiceState {
  return value !== null;
}

export function healthOf(stream: StreamState, guard: GuardStatus | null): Health {
  if (stream.phase === 'open') return { verdict: 'ok', since: stream.since, cause: null };
  if (stream.awaySince === null) return { verdict: 'connecting', since: null, cause: null };
  if (stream.problem?.status === UNAUTHORIZED) return { verdict: 'locked', since: null, cause: null };
  const api = guard?.services.find(({ name }) => name === 'api');
  const told = api?.state ?? stream.problem?.state ?? null;
  const verdict = (isServiceState(told) ? VERDICT_OF[told] : undefined) ?? 'away';
  return {
    verdict,
    since: stream.awaySince,
    cause: api?.cause ?? stream.problem?.cause ?? null,
  };
}
