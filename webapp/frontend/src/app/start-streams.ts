/** Starts what runs for the life of the page: both event streams and what follows them. */
import type { QueryClient } from '@tanstack/react-query';
import { followSubscriptions } from '@/features/subscriptions/subscription-query.ts';
import { followLibrary } from '@/features/library/library-query.ts';
import { guardStream, onGuardStatus } from '@/features/services/guard-stream.ts';
import { backendStream } from '@/api/event-stream.ts';
import { followDownloads } from '@/entities/download/live-query.ts';
import { keepOutbox } from '@/entities/download/outbox.ts';
import { followQueue } from '@/entities/download/queue-query.ts';
import { followConnection } from './query-client.ts';
import { getPreference } from '@/stores/preferences.ts';
import { saveHereWhenDone } from '@/entities/download/save-here.ts';
import { flushHolds } from '@/entities/download/undo.ts';
import { followTabStatus } from './tab-status.ts';
import { notifyWhenDone } from './notify.ts';

export function startStreams(client: QueryClient): void {
  followDownloads(client);
  followLibrary(client);
  followSubscriptions(client);
  followQueue(client);
  followTabStatus(client);
  keepOutbox(client);
  followConnection(client);
  notifyWhenDone();
  saveHereWhenDone();
  backendStream.start();
  guardStream.start();
  // The guard knows the moment at which a trial will succeed: no need to sit the wait out.
  onGuardStatus(({ services }) => {
    if (services.some(({ name, state }) => name === 'api' && state === 'READY')) backendStream.retryNow();
  });
  addEventListener('online', backendStream.retryNow);
  addEventListener('pagehide', () => {
    flushHolds(client);
  });
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
  guardStream.stop();
  if (!getPreference('notify') && !getPreference('saveHere')) backendStream.stop();
}

function wake(): void {
  guardStream.start();
  backendStream.start();
  guardStream.retryNow();
  backendStream.retryNow();
}
