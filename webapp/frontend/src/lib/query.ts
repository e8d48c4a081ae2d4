/** The query client: server state, and actions that wait while the server is away. */
import { MutationCache, QueryClient, onlineManager } from '@tanstack/react-query';
import { backend } from './backend.ts';
import { ApiError } from './problem.ts';

/** The server is away and has not seen the request: it may wait and be sent again. */
export function mayWait(error: unknown): boolean {
  return error instanceof ApiError && error.away && error.unreached;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (_count, error) => error instanceof ApiError && error.away,
      staleTime: 30_000,
      refetchOnWindowFocus: false,
    },
    // Once the stream has noticed, `onlineManager` says "offline" and the retry waits for its return.
    mutations: { retry: (_count, error) => mayWait(error), retryDelay: 1000 },
  },
  mutationCache: new MutationCache({
    onError: (error) => {
      if (error instanceof ApiError && error.away) backend.suspect(error.problem);
    },
  }),
});

/** "Online" means that our server answers; whether the machine has a network is beside the point. */
export function followConnection(): () => void {
  onlineManager.setEventListener((setOnline) => {
    const report = (): void => {
      const { state } = backend;
      setOnline(state.phase === 'open' || (state.phase === 'connecting' && state.attempt === 0));
    };
    report();
    return backend.subscribe(report);
  });
  return () => {
    onlineManager.setEventListener(() => undefined);
  };
}
