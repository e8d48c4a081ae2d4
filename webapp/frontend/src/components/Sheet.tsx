import * as Dialog from '@radix-ui/react-dialog';
import type { ReactNode } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { useBackToClose } from '@/hooks/use-back-to-close.ts';
import { IconButton } from './Button.tsx';
import { KeepFocus } from './KeepFocus.tsx';
import { stayForNotices } from './notices.ts';
import css from './Sheet.module.css';
import { useReturnFocus } from './use-return-focus.ts';

interface SheetProps {
  title: string;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
}

/** A panel from the side (from below on a phone). */
export function Sheet({ title, onOpenChange, children }: SheetProps) {
  const { t } = useTranslation();
  const returnFocus = useReturnFocus();
  useBackToClose(() => {
    onOpenChange(false);
  });
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={css.overlay} />
        <Dialog.Content className={css.sheet} aria-describedby={undefined} onCloseAutoFocus={returnFocus} onPointerDownOutside={stayForNotices}>
          <header className={css.head}>
            <Dialog.Title className={css.title}>{title}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton icon="close" label={t('action.close')} />
            </Dialog.Close>
          </header>
          <div className={css.body}>
            <KeepFocus>{children}</KeepFocus>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
