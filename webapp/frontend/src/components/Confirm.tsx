import * as Alert from '@radix-ui/react-alert-dialog';
import { useTranslation } from '@/i18n/translate.ts';
import { Button } from './Button.tsx';
import { classes } from '@/utils/classes.ts';
import css from './Confirm.module.css';
import { useReturnFocus } from './use-return-focus.ts';

export interface ConfirmProps {
  title: string;
  detail: string;
  yes: string;
  /** "Keep it" where nothing else is said. */
  no?: string;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before something that is hard to take back. The second half of a double click is no answer. */
export function Confirm({ title, detail, yes, no, onYes, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  const returnFocus = useReturnFocus();
  return (
    <Alert.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Alert.Portal>
        <Alert.Overlay className={css.overlay} />
        <Alert.Content className={css.box} onCloseAutoFocus={returnFocus}>
          <Alert.Title className={classes(css.title, 'clamp')} dir="auto">{title}</Alert.Title>
          <Alert.Description className={css.detail}>{detail}</Alert.Description>
          <div className={css.actions}>
            <Alert.Cancel asChild>
              <Button>{no ?? t('confirm.no')}</Button>
            </Alert.Cancel>
            <Alert.Action asChild>
              <Button look="danger" onClick={onYes}>
                {yes}
              </Button>
            </Alert.Action>
          </div>
        </Alert.Content>
      </Alert.Portal>
    </Alert.Root>
  );
}
