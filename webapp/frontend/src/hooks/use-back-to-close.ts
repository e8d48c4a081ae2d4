import { useEffect } from 'react';
import { useEventCallback } from './use-event-callback.ts';

let lastMark = 0;

function markOf(state: unknown): unknown {
  return typeof state === 'object' && state !== null && 'overlay' in state ? state.overlay : null;
}

/**
 * Lets the browser's Back close what is open in front of the page.
 *
 * While it is open it has an entry of its own in the history; closed otherwise, it takes it away.
 */
export function useBackToClose(close: () => void): void {
  const onBack = useEventCallback(close);
  useEffect(() => {
    lastMark += 1;
    const mark = lastMark;
    // Not at once: React's strict mode mounts twice, and going back cannot be taken back.
    const pushing = setTimeout(() => {
      history.pushState({ overlay: mark }, '');
    }, 0);
    const onPopState = ({ state }: PopStateEvent): void => {
      if (markOf(state) !== mark) onBack();
    };
    addEventListener('popstate', onPopState);
    return () => {
      clearTimeout(pushing);
      removeEventListener('popstate', onPopState);
      if (markOf(history.state) === mark) history.back();
    };
  }, [onBack]);
}
