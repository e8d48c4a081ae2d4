/** A notice is wiped away with a finger, to either side. */
import { useState, type PointerEvent } from 'react';

const FAR = 60; // pixels

export function useSwipe(onSwiped: () => void) {
  const [start, setStart] = useState<number | null>(null);
  const [x, setX] = useState(0);
  const end = (): void => {
    setStart(null);
    setX(0);
  };
  return {
    style: x === 0 ? undefined : { transform: `translateX(${x.toString()}px)` },
    onPointerDown: ({ pointerType, clientX }: PointerEvent) => {
      if (pointerType === 'touch') setStart(clientX);
    },
    onPointerMove: ({ clientX }: PointerEvent) => {
      if (start !== null) setX(clientX - start);
    },
    onPointerCancel: end,
    onPointerUp: () => {
      if (Math.abs(x) > FAR) onSwiped();
      end();
    },
  };
}
