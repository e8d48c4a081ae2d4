import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { makeQueryClient } from '@/app/query-client.ts';

/** Renders within a query client of its own, and returns both with a user to act. */
export function renderApp(children: ReactNode, client: QueryClient = makeQueryClient()) {
  const user = userEvent.setup();
  const view = render(<QueryClientProvider client={client}>{children}</QueryClientProvider>);
  return { client, user, ...view };
}
