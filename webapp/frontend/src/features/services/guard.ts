/** The guard: what it says of its services, and the restart that it can be asked for. */
import { useSyncExternalStore } from 'react';
import { request } from '@/lib/api.ts';
import { ApiError, type Cause, type Problem } from '@/lib/problem.ts';
import { ResilientStream } from '@/lib/resilient-stream.ts';

export type ServiceState =
  | 'STOPPED'
  | 'STARTING'
  | 'READY'
  | 'UNHEALTHY'
  | 'STOPPING'
  | 'BACKOFF'
  | 'BROKEN';

export interface Service {
  name: string;
  state: ServiceState;
  pid: number | null;
  port: number | null;
  url: string | null;
  held: boolean;
  since: string;
  ready_since: string | null;
  relaunches: number;
  cause: Cause | null;
}

export interface GuardStatus {
  guard: { pid: number; since: string; relaunch: string };
  services: Service[];
}

let status: GuardStatus | null = null;
const listeners = new Set<() => void>();

export const guard = new ResilientStream({
  url: '/guard/api/events',
  delays: [1000, 5000, 15_000, 60_000],
  diagnose: (signal) => askGuard(signal),
  events: {
    status: (data) => {
      status = data as GuardStatus;
      for (const listener of listeners) listener();
    },
  },
});

async function askGuard(signal: AbortSignal): Promise<Problem | null> {
  try {
    await request('/guard/api/status', { signal });
    return null;
  } catch (error) {
    return error instanceof ApiError ? error.problem : null;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const unsubscribe = guard.subscribe(listener);
  return () => {
    listeners.delete(listener);
    unsubscribe();
  };
}

/** What the guard says now; null while none is running. */
export function currentGuard(): GuardStatus | null {
  return guard.state.phase === 'open' ? status : null;
}

export function useGuard(): GuardStatus | null {
  return useSyncExternalStore(subscribe, currentGuard);
}

export function onGuardStatus(listener: (status: GuardStatus) => void): () => void {
  return subscribe(() => {
    const now = currentGuard();
    if (now) listener(now);
  });
}

export function restartService(name: string): Promise<unknown> {
  return request(`/guard/api/services/${encodeURIComponent(name)}/restart`, { method: 'POST' });
}

export function restartAll(): Promise<unknown> {
  return request('/guard/api/restart', { method: 'POST' });
}
