/** Messages in the corner, read aloud once. Those without an action go away by themselves. */
import * as Toast from '@radix-ui/react-toast';
import { useTranslation } from '@/i18n/translate.ts';
import { useStore } from '@/hooks/use-store.ts';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { Button, IconButton } from './Button.tsx';
import { classes } from '@/utils/classes.ts';
import css from './Toasts.module.css';

export default function Toasts() {
  const { t } = useTranslation();
  const shown = useStore(toasts);
  return (
    <Toast.Provider duration={7000} swipeDirection="right" label={t('app.notice')}>
      {shown.map(({ id, title, detail, tone, action }) => (
        <Toast.Root
          key={id}
          className={css.toast}
          data-tone={tone}
          {...(action ? { duration: Infinity } : {})}
          onOpenChange={(open) => {
            if (!open) dismissToast(id);
          }}
        >
          <div className={css.text}>
            <Toast.Title className={classes(css.title, 'clamp')} dir="auto">{title}</Toast.Title>
            {detail && (
              <Toast.Description className={classes(css.detail, 'clamp')} dir="auto">
                {detail}
              </Toast.Description>
            )}
            {action && (
              <Toast.Action altText={action.label} asChild>
                <Button onClick={action.run}>{action.label}</Button>
              </Toast.Action>
            )}
          </div>
          <Toast.Close asChild>
            <IconButton icon="close" label={t('action.close')} repeats />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className={css.viewport} label={t('app.notices')} />
    </Toast.Provider>
  );
}
