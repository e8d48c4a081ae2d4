import { useEffect, useRef, type ReactNode } from 'react';
import css from './KeepFocus.module.css';

export const focusKeeper = { load: () => import('./keep-focus.ts') };

/** What is in it may come and go without the keyboard losing its place. */
export function KeepFocus({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const stop = useRef<(() => void) | null>(null);
  useEffect(
    () => () => {
      stop.current?.();
      stop.current = null;
    },
    [],
  );
  const keep = (): void => {
    if (stop.current !== null) return;
    const begin = ({ keepFocus }: typeof import('./keep-focus.ts')): void => {
      if (box.current) stop.current ??= keepFocus(box.current);
    };
    focusKeeper.load().then(begin, () => undefined); // at the next focus again
  };
  return (
    <div ref={box} className={css.box} onFocus={keep}>
      {children}
    </div>
  );
}
