import { useEffect, useState } from 'react';
import { backendStream } from '@/api/event-stream.ts';
import type { StreamState } from '@/api/resilient-event-source.ts';
import { useStore } from '@/hooks/use-store.ts';
import { guardStatus } from './guard-stream.ts';
import { healthOf, type Health } from './health.ts';

export function useHealth(): Health {
  return healthOf(useStore(backendStream.state), useStore(guardStatus));
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
