/** Starts what runs for the life of the page: both event streams and what follows them. */
import type { QueryClient } from '@tanstack/react-query';
import { followLibrary } from '@/features/library/query.ts';
import { guard, onGuardStatus } from '@/features/services/guard.ts';
import { backend } from '@/lib/backend.ts';
import { followDownloads } from '@/lib/downloads/live.ts';
import { keepOutbox } from '@/lib/downloads/outbox.ts';
import { followQueue } from '@/lib/downloads/queue.ts';
import { followConnection } from '@/lib/query.ts';
import { isOn } from '@/lib/switches.ts';
import { notifyWhenDone } from './notify.ts';

export function connect(client: QueryClient): void {
  followDownloads(client);
  followLibrary(client);
  followQueue(client);
  keepOutbox(client);
  followConnection(client);
  notifyWhenDone();
  backend.start();
  guard.start();
  // The guard knows the moment at which a trial will succeed: no need to sit the wait out.
  onGuardStatus(({ services }) => {
    if (services.some(({ name, state }) => name === 'api' && state === 'READY')) backend.retryNow();
  });
  addEventListener('online', backend.retryNow);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) rest();
    else wake();
  });
}

/**
 * A browser keeps six connections to a host over HTTP/1.1, for all tabs together, and a stream takes
 * one: tabs that nobody looks at let go of theirs, or the seventh tab would wait for ever.
 */
function rest(): void {
  guard.stop();
  if (!isOn('notify')) backend.stop();
}

function wake(): void {
  guard.start();
  backend.start();
  guard.retryNow();
  backend.retryNow();
}
