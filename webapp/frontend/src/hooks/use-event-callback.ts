import { useCallback, useEffect, useRef } from 'react';

/** Always the same function, which does what the latest one given does: nothing depends on it anew. */
export function useEventCallback<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  return useCallback((...args: Args) => {
    latest.current(...args);
  }, []);
}
