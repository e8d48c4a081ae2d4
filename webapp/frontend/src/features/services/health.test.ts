import { describe, expect, test } from 'vitest';
import { problemOf } from '@/api/problem.ts';
import type { StreamState } from '@/api/resilient-event-source.ts';
import type { GuardStatus, ServiceState } from './guard-stream.ts';
import { healthOf } from './health.ts';

const cause = { kind: 'syntax-error', sentence: 'main.py has an error in line 3.', fix: 'Mend line 3.' };
const open: StreamState = { phase: 'open', since: 1 };
const waiting: StreamState = { phase: 'waiting', awaySince: 2, attempt: 1, retryAt: 0, problem: null, silent: false };

function guardSaying(state: ServiceState, why: typeof cause | null = null): GuardStatus {
  const service = { pid: 1, port: 8000, url: null, held: true, since: '', ready_since: null, relaunches: 0 };
  return {
    guard: { pid: 1, since: '', relaunch: 'stack' },
    services: [{ name: 'api', state, cause: why, ...service }],
  };
}

describe('the verdict on the backend', () => {
  test('is good as long as its stream is open, whatever else is said', () => {
    expect(healthOf(open, guardSaying('BROKEN')).verdict).toBe('ok');
  });

  test('is "connecting" before the first answer, which is no reason to worry', () => {
    const first: StreamState = { phase: 'connecting', awaySince: null, attempt: 0, problem: null, silent: false };
    expect(healthOf(first, null)).toEqual({ verdict: 'connecting', since: null, cause: null });
  });

  test('without a guard is that it does not answer, and since when', () => {
    expect(healthOf(waiting, null)).toEqual({ verdict: 'away', since: 2, cause: null });
  });

  test.each([
    ['STARTING', 'starting'],
    ['BACKOFF', 'starting'],
    ['BROKEN', 'broken'],
    ['STOPPED', 'stopped'],
    ['UNHEALTHY', 'away'],
    ['READY', 'away'],
  ] as const)('with a guard that says %s is %s', (state, verdict) => {
    expect(healthOf(waiting, guardSaying(state)).verdict).toBe(verdict);
  });

  test('is locked when the server is there but asks for its token', () => {
    const problem = problemOf(401, { detail: 'The access token is missing.' });
    expect(healthOf({ ...waiting, problem }, null).verdict).toBe('locked');
  });

  test('brings the guard’s cause', () => {
    expect(healthOf(waiting, guardSaying('BROKEN', cause)).cause).toEqual(cause);
  });

  test('takes state and cause from the standby answer where the guard itself cannot be asked', () => {
    const problem = problemOf(503, { detail: 'x', service: 'api', state: 'BROKEN', cause });
    expect(healthOf({ ...waiting, problem }, null)).toEqual({ verdict: 'broken', since: 2, cause: { ...cause, values: {} } });
  });
});
