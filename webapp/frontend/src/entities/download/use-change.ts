import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { sendChange, type Change } from './mutations.ts';
import { holdChange, release } from './undo.ts';

function apply(client: QueryClient, change: Change): void {
  if (change.action === 'cancel' || change.action === 'delete') {
    holdChange(client, change);
  } else if (change.action === 'retry') {
    const ids = release(client, change.ids);
    if (ids.length > 0) sendChange(client, { ...change, ids });
  } else {
    sendChange(client, change);
  }
}

/** Does something to downloads. Cancelling and deleting can be undone for a while. */
export function useChange(): (change: Change) => void {
  const client = useQueryClient();
  return useCallback(
    (change) => {
      apply(client, change);
    },
    [client],
  );
}
