import { Suspense, lazy, useState, type ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';

const DownloadMenu = lazy(() => import('./DownloadMenu.tsx'));

/** The button of the menu; the menu itself is fetched when it is first wanted. */
export function LazyMenu(props: Omit<ComponentProps<typeof DownloadMenu>, 'ref'>) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const button = (
    <IconButton
      icon="more"
      label={t('action.more', { title: props.name })}
      hint={t('action.moreHint')}
      aria-haspopup="menu"
      aria-expanded={wanted}
      onClick={() => {
        setWanted(true);
      }}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <DownloadMenu {...props} />
    </Suspense>
  );
}
