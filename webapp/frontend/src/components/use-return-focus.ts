import { useState } from 'react';

/**
 * For `onCloseAutoFocus` of a dialog without a trigger of its own: back to where the user was, or at
 * least to the page. What has the focus by then, as the field of another page, keeps it.
 */
export function useReturnFocus(): (event: Event) => void {
  const [origin] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (document.activeElement === document.body) returnFocus(origin);
  };
}

/** To where it came from, or at least to the page. */
export function returnFocus(origin: Element | null): void {
  const back = origin?.isConnected ? origin : document.querySelector('main');
  if (back instanceof HTMLElement) back.focus();
}
