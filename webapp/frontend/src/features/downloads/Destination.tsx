import { useTranslation } from '@/i18n/translate.ts';
import { useFolder } from '@/entities/download/media-folder.ts';
import { usePreference } from '@/stores/preferences.ts';
import { Icon } from '@/components/icons.tsx';
import css from './Destination.module.css';

/** Where the file will be, before it is asked for. */
export function Destination() {
  const { t } = useTranslation();
  const folder = useFolder();
  const [toDevice] = usePreference('saveHere');
  if (!folder) return <p className={css.destination} aria-hidden data-waiting />; // its place, so that nothing moves when it comes
  return (
    <p className={css.destination} data-destination>
      <Icon name="folder" size={16} />
      <span>
        {t(folder.container ? 'file.goesInContainer' : 'file.goesTo')}{' '}
        <bdi className={css.path} title={folder.path}>
          {folder.path}
        </bdi>
        {toDevice && <>{t('file.andHere')}</>}
      </span>
    </p>
  );
}
