/** Somebody's visit to the notices: it is noted, and ends where it began. */
import { useEffect, useRef, type FocusEvent, type PointerEvent as ReactPointerEvent, type RefObject } from 'react';
import { attention } from '@/stores/attention.ts';
import { returnFocus } from './use-return-focus.ts';

/** What had the focus goes with its notice: then it goes to the next one, at last to where it came from. */
export function useVisit(box: RefObject<HTMLElement | null>, count: number) {
  const isIn = useRef(false);
  const origin = useRef<Element | null>(null);
  useEffect(() => {
    const now = document.activeElement;
    if (!isIn.current || (now !== document.body && now !== box.current)) return;
    if (count > 0) {
      box.current?.focus();
      return;
    }
    isIn.current = false;
    returnFocus(origin.current);
  }, [box, count]);
  useEffect(() => {
    const onPointerDown = ({ target }: PointerEvent): void => {
      if (target instanceof Node && !box.current?.contains(target)) isIn.current = false;
    };
    addEventListener('pointerdown', onPointerDown, true);
    return () => {
      removeEventListener('pointerdown', onPointerDown, true);
    };
  }, [box]);
  return {
    onPointerMove: ({ movementX, movementY }: ReactPointerEvent) => {
      // A notice that appears where the pointer rests, after a click say, is not pointed at.
      if (movementX !== 0 || movementY !== 0) attention.set(true);
    },
    onPointerLeave: () => {
      attention.set(isIn.current);
    },
    onFocus: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) origin.current = relatedTarget;
      isIn.current = true;
      attention.set(true);
    },
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (relatedTarget === null || currentTarget.contains(relatedTarget)) return;
      isIn.current = false;
      attention.set(false);
    },
  };
}
