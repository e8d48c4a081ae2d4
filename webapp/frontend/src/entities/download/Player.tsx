import * as Dialog from '@radix-ui/react-dialog';
import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { fileUrl, thumbnailUrl } from '@/api/downloads.ts';
import { displayName } from './display-name.ts';
import { formatBytes } from '@/i18n/format.ts';
import { playing } from './player-store.ts';
import { isAudio, type Download } from '@/api/types.ts';
import { useLocale } from '@/i18n/locale.ts';
import { IconButton, IconLink } from '@/components/Button.tsx';
import { Icon } from '@/components/icons.tsx';
import { classes } from '@/utils/classes.ts';
import { stayForNotices } from '@/components/notices.ts';
import { useBackToClose } from '@/hooks/use-back-to-close.ts';
import css from './Player.module.css';
import { useReturnFocus } from '@/components/use-return-focus.ts';

/** Plays a finished file in the page; the browser seeks by asking for ranges of it. */
export default function Player({ download }: { download: Download }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const returnFocus = useReturnFocus();
  useBackToClose(() => {
    playing.set(null);
  });
  const [failed, setFailed] = useState(false);
  const { id, file, uploader } = download;
  const name = displayName(download);
  const onError = (): void => {
    setFailed(true);
  };
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) playing.set(null);
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className={css.overlay} />
        <Dialog.Content className={css.player} aria-describedby={undefined} onCloseAutoFocus={returnFocus} onPointerDownOutside={stayForNotices}>
          {isAudio(download.format) ? (
            <div className={css.audio}>
              {download.thumbnail ? <img src={thumbnailUrl(id)} alt="" /> : <Icon name="audio" size={56} />}
              <audio src={fileUrl(id)} controls autoPlay onError={onError} />
            </div>
          ) : (
            <video
              className={css.video}
              src={fileUrl(id)}
              controls
              autoPlay
              playsInline
              onError={onError}
              {...(download.thumbnail ? { poster: thumbnailUrl(id) } : {})}
            />
          )}
          {failed && (
            <p className={css.failed} role="alert">
              {t('player.failed')}
            </p>
          )}
          <footer className={css.foot}>
            <div className={css.text}>
              <Dialog.Title className={classes(css.title, 'clamp')} dir="auto">
                {name}
              </Dialog.Title>
              <p className="clamp" dir="auto">
                {[uploader, download.format.toUpperCase(), file && formatBytes(file.bytes, locale)]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <IconLink icon="save" label={t('action.save')} href={fileUrl(id, true)} download={file?.name} />
            <Dialog.Close asChild>
              <IconButton icon="close" label={t('action.close')} />
            </Dialog.Close>
          </footer>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
