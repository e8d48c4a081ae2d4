import { useEffect, useState } from 'react';
import { backend } from '@/lib/backend.ts';
import type { StreamState } from '@/lib/resilient-stream.ts';
import { useStreamState } from '@/lib/use-stream.ts';
import { useGuard } from './guard.ts';
import { healthOf, type Health } from './health.ts';

export function useHealth(): Health {
  return healthOf(useStreamState(backend), useGuard());
}

/** Whole seconds until the next trial; null while there is none to wait for. */
export function useCountdown(stream: StreamState): number | null {
  const retryAt = stream.phase === 'waiting' ? stream.retryAt : null;
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (retryAt === null) return undefined;
    const timer = setInterval(() => {
      setNow(performance.now());
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [retryAt]);
  return retryAt === null ? null : Math.max(0, Math.ceil((retryAt - now) / 1000));
}
