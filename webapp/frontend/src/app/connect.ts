/** Starts what runs for the life of the page: both event streams and what follows them. */
import { followDownloads } from '@/features/downloads/live.ts';
import { guard, onGuardStatus } from '@/features/services/guard.ts';
import { backend } from '@/lib/backend.ts';
import { followConnection, queryClient } from '@/lib/query.ts';

export function connect(): void {
  followDownloads(queryClient);
  followConnection();
  backend.start();
  guard.start();
  // The guard knows the moment at which a trial will succeed: no need to sit the wait out.
  onGuardStatus(({ services }) => {
    if (services.some(({ name, state }) => name === 'api' && state === 'READY')) backend.retryNow();
  });
  addEventListener('online', backend.retryNow);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') {
      backend.retryNow();
      guard.retryNow();
    }
  });
}
