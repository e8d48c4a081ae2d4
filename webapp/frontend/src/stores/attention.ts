/** Whether somebody is at the notices, and what waits until they have left them. */
import { createStore } from '@/utils/store.ts';

/** Somebody points at the notices, or has the focus in them. */
export const attention = createStore(false);

/**
 * Acts after so long, but not while somebody is at the notices: who reads them, or is on the way to a
 * button, is given the time anew. With `unseen` neither while the page is hidden. Returns how to
 * call it off.
 */
export function whenLeft(wait: number, { unseen = false }: { unseen?: boolean }, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = (): void => {
    clearTimeout(timer);
    const waits = attention.get() || (unseen && document.hidden);
    timer = waits ? undefined : setTimeout(end, wait);
  };
  const leave = attention.subscribe(begin);
  const stop = (): void => {
    clearTimeout(timer);
    leave();
    document.removeEventListener('visibilitychange', begin);
  };
  const end = (): void => {
    stop();
    act();
  };
  if (unseen) document.addEventListener('visibilitychange', begin);
  begin();
  return stop;
}
