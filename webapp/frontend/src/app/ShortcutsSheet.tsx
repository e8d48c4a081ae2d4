import { useTranslation } from '@/i18n/translate.ts';
import { Sheet } from '@/components/Sheet.tsx';
import { Switch } from '@/components/Switch.tsx';
import { usePreference } from '@/stores/preferences.ts';
import css from './ShortcutsSheet.module.css';
import { SHORTCUTS } from './shortcuts.ts';

interface ShortcutsSheetProps {
  onOpenChange: (open: boolean) => void;
}

/** What the keyboard can do. */
export default function ShortcutsSheet({ onOpenChange }: ShortcutsSheetProps) {
  const { t } = useTranslation();
  const [on, setOn] = usePreference('shortcuts');
  return (
    <Sheet title={t('shortcuts.title')} onOpenChange={onOpenChange}>
      <Switch label={t('shortcuts.on')} checked={on} onChange={setOn} />
      <p className={css.soft}>{t('shortcuts.hint')}</p>
      <dl className={css.keys} data-off={!on}>
        {SHORTCUTS.map((key) => (
          <Key key={key} name={key.toUpperCase()} what={t(`shortcuts.${key}`)} />
        ))}
      </dl>
      <dl className={css.keys}>
        <Key name="Enter" what={t('shortcuts.enter')} />
        <Key name="Ctrl Z" what={t('shortcuts.undo')} />
        <Key name="↑ ↓" what={t('shortcuts.arrows')} />
        <Key name="Esc" what={t('shortcuts.escape')} />
      </dl>
    </Sheet>
  );
}

function Key({ name, what }: { name: string; what: string }) {
  return (
    <div>
      <dt>
        <kbd>{name}</kbd>
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
