import { useState } from 'react';

/** For `onCloseAutoFocus` of a dialog without a trigger of its own: back to where the user was. */
export function useReturnFocus(): (event: Event) => void {
  const [origin] = useState(() => document.activeElement);
  return (event) => {
    if (!(origin instanceof HTMLElement) || !origin.isConnected) return;
    event.preventDefault();
    origin.focus();
  };
}
