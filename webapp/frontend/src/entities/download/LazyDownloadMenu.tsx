import { useState, type ComponentProps } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { IconButton } from '@/components/Button.tsx';
import type DownloadMenu from './DownloadMenu.tsx';
import { lazyPart, LazyPart } from '@/components/LazyPart.tsx';

export const downloadMenu = lazyPart(() => import('./DownloadMenu.tsx'));

/** The button of the menu; the menu itself is fetched when it is first wanted. */
export function LazyDownloadMenu(props: ComponentProps<typeof DownloadMenu>) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const button = (onClick?: () => void) => (
    <IconButton
      icon="more"
      label={t('action.more', { title: props.name })}
      hint={t('action.moreHint')}
      aria-haspopup="menu"
      aria-expanded={wanted}
      onClick={onClick}
    />
  );
  const want = (): void => {
    setWanted(true);
  };
  if (!wanted) return button(want);
  return <LazyPart of={downloadMenu} given={props} waiting={button()} failed={button} />;
}
