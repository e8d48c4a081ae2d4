import { useTranslation } from '@/i18n/translate.ts';
import { pathOf, useFolder } from '@/entities/download/media-folder.ts';
import { useExample, useNaming, usualFolder } from '@/entities/naming/naming-query.ts';
import type { Choices, Naming } from '@/api/types.ts';
import { usePreference } from '@/stores/preferences.ts';
import { Icon } from '@/components/icons.tsx';
import css from './Destination.module.css';

interface Rendered {
  /** Below the media folder; empty is that itself, as it is where no such folder can be. */
  folder: string;
  /** What a file in it would be called; null where it has the usual name, or none can be made. */
  name: string | null;
}

/** What comes of the choices, as far as they or the settings say anything else than the media folder. */
function useRendered({ folder, template, format }: Choices, naming: Naming | undefined): Rendered {
  const below = (folder ?? '') || (naming ? usualFolder(naming, format) : '');
  const called = (template ?? '') || (naming?.template ?? '');
  const isOwn = Boolean(folder ?? template) || called.includes('/');
  const { path, errors } = useExample({ folder: below, template: called }, format, isOwn && naming !== undefined);
  const isWrong = isOwn && Object.keys(errors).length > 0;
  const start = below.trim().replace(/\/?$/, '/').replace(/^\/$/, '');
  const name = isOwn && path?.startsWith(start) ? path.slice(start.length) : null; // or it is still that of what was typed before
  return { folder: isWrong ? '' : start.replace(/\/$/, ''), name };
}

/** Where the file will be, before it is asked for. */
export function Destination({ choices }: { choices: Choices }) {
  const { t } = useTranslation();
  const folder = useFolder();
  const naming = useNaming();
  const rendered = useRendered(choices, naming);
  const [toDevice] = usePreference('saveHere');
  if (!folder || !naming) return <p className={css.destination} aria-hidden data-waiting />; // its place, so that nothing moves when it comes
  const path = rendered.folder === '' ? folder.path : pathOf(folder, rendered.folder);
  return (
    <p className={css.destination} data-destination>
      <Icon name="folder" size={16} />
      <span>
        {t(folder.container ? 'file.goesInContainer' : 'file.goesTo')}{' '}
        <bdi className={css.path} title={path}>
          {path}
        </bdi>
        {toDevice && <>{t('file.andHere')}</>}
        {rendered.name !== null && (
          <>
            {' · '}
            {t('place.example')} <bdi className={css.path}>{rendered.name}</bdi>
          </>
        )}
      </span>
    </p>
  );
}
