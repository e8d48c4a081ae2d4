/** The query client: server state, and actions that wait while the server is away. */
import { MutationCache, QueryClient, onlineManager } from '@tanstack/react-query';
import { backendStream } from '@/api/event-stream.ts';
import { setUpMutations } from '@/entities/download/mutations.ts';
import { setUpQueue } from '@/entities/download/queue-query.ts';
import { ApiError } from '@/api/problem.ts';

/** The server is away and has not seen the request: it may wait and be sent again. */
function mayWait(error: unknown): boolean {
  return error instanceof ApiError && error.away && error.unreached;
}

export function makeQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (_count, error) => error instanceof ApiError && error.away,
        staleTime: 30_000,
        refetchOnWindowFocus: false,
      },
      mutations: {
        retry: (_count, error) => {
          if (error instanceof ApiError && error.away) backendStream.reportFailure(error.problem);
          return mayWait(error);
        },
        retryDelay: 250, // then it waits for `onlineManager`
      },
    },
    mutationCache: new MutationCache(),
  });
  setUpMutations(client);
  setUpQueue(client);
  return client;
}

/** "Online" means that our server answers; whether the machine has a network is beside the point. */
export function followConnection(client: QueryClient): void {
  onlineManager.setEventListener((setOnline) => {
    const report = (): void => {
      const state = backendStream.state.get();
      setOnline(state.phase === 'open' || (state.phase === 'connecting' && state.attempt === 0));
      // Also what a reload has brought back, which has seen no change from away to here.
      if (state.phase === 'open') void client.resumePausedMutations();
    };
    report();
    return backendStream.state.subscribe(report);
  });
}
