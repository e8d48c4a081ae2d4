/** Messages in the corner. They take no key from the page: Escape closes the one that has the focus, no other. */
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { useStore } from '@/hooks/use-store.ts';
import { attention } from '@/stores/attention.ts';
import { dismissToast, toasts, type Toast } from '@/stores/toasts.ts';
import { Button, IconButton } from './Button.tsx';
import { classes } from '@/utils/classes.ts';
import css from './Toasts.module.css';
import { useSwipe } from './use-swipe.ts';
import { useVisit } from './use-visit.ts';

const HOTKEY = 'F8';

export default function Toasts() {
  const { t } = useTranslation();
  const shown = useStore(toasts);
  const box = useRef<HTMLOListElement>(null);
  const count = shown.length;
  const visit = useVisit(box, count);
  useEffect(() => {
    const onKeyDown = ({ key }: globalThis.KeyboardEvent): void => {
      if (key === HOTKEY && toasts.get().length > 0) box.current?.focus();
    };
    addEventListener('keydown', onKeyDown);
    return () => {
      removeEventListener('keydown', onKeyDown);
    };
  }, []);
  useEffect(() => {
    if (count === 0) attention.set(false);
  }, [count]);
  return (
    <section aria-label={t('app.notices', { hotkey: HOTKEY })} data-notices>
      <ol ref={box} className={css.viewport} tabIndex={-1} {...visit}>
        {shown.map((toast) => (
          <Notice key={toast.id} toast={toast} />
        ))}
      </ol>
    </section>
  );
}

function Notice({ toast: { id, title, detail, tone, action } }: { toast: Toast }) {
  const { t } = useTranslation();
  const dismiss = (): void => {
    dismissToast(id);
  };
  const swipe = useSwipe(dismiss);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    dismiss();
  };
  const act = (): void => {
    action?.run();
    dismiss();
  };
  return (
    <li className={css.toast} data-tone={tone} onKeyDown={onKeyDown} {...swipe}>
      <div className={css.text}>
        <p className={classes(css.title, 'clamp')} dir="auto">
          {title}
        </p>
        {detail && (
          <p className={classes(css.detail, 'clamp')} dir="auto">
            {detail}
          </p>
        )}
        {action && <Button onClick={act}>{action.label}</Button>}
      </div>
      <IconButton icon="close" label={t('action.close')} repeats onClick={dismiss} />
    </li>
  );
}
