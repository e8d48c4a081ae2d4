/** The guard: what it says of its services, and the restart that it can be asked for. */
import { currentSpeech } from '@/i18n/translate.ts';
import { request } from '@/api/request.ts';
import { ApiError, type Cause, type Problem } from '@/api/problem.ts';
import { BASE } from '@/utils/base.ts';
import { createStore, type ReadableStore } from '@/utils/store.ts';
import { ResilientEventSource } from '@/api/resilient-event-source.ts';

export type ServiceState =
  | 'STOPPED'
  | 'STARTING'
  | 'READY'
  | 'UNHEALTHY'
  | 'STOPPING'
  | 'BACKOFF'
  | 'BROKEN'
  | 'FINISHED';

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
  guard: { pid: number; since: string; relaunch: string; url?: string };
  services: Service[];
}

const lastStatus = createStore<GuardStatus | null>(null);

export const guardStream = new ResilientEventSource({
  url: `${BASE}/guard/api/events`,
  delays: [1000, 5000, 15_000, 60_000],
  diagnose: (signal) => checkGuard(signal),
  silenceLimit: 40_000, // the guard does not ping
  events: {
    status: (data) => {
      lastStatus.set(data as GuardStatus);
    },
  },
});

async function checkGuard(signal: AbortSignal): Promise<Problem | null> {
  try {
    await request('/guard/api/status', { signal });
    return null;
  } catch (error) {
    return error instanceof ApiError ? error.problem : null;
  }
}

/** Whether a guard has answered since the page was opened, and so runs or is about to again. */
export function hasSeenGuard(): boolean {
  return lastStatus.get() !== null;
}

/** What the guard says now; null while none is running. */
export const guardStatus: ReadableStore<GuardStatus | null> = {
  get: () => (guardStream.state.get().phase === 'open' ? lastStatus.get() : null),
  subscribe: (listener) => {
    const leave = [lastStatus.subscribe(listener), guardStream.state.subscribe(listener)];
    return () => {
      for (const one of leave) one();
    };
  },
};

export function onGuardStatus(listener: (status: GuardStatus) => void): () => void {
  return guardStatus.subscribe(() => {
    const status = guardStatus.get();
    if (status) listener(status);
  });
}

export function restartService(name: string): Promise<unknown> {
  return order(`services/${encodeURIComponent(name)}/restart`);
}

export function restartAll(): Promise<unknown> {
  return order('restart');
}

/** Where the guard refuses, it says why in the language of the page. */
function order(path: string): Promise<unknown> {
  return request(`/guard/api/${path}`, { method: 'POST', language: currentSpeech.get().language });
}
