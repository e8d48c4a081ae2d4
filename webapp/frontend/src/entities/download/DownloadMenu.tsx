import * as Menu from '@radix-ui/react-dropdown-menu';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { copyText } from '@/utils/clipboard.ts';
import type { Change } from './mutations.ts';
import { canBeCompleted } from './completion.ts';
import { copyPath, openFolder, pathOf, useFolder } from './media-folder.ts';
import { queuedIds } from './live-query.ts';
import { showToast } from '@/stores/toasts.ts';
import type { Download } from '@/api/types.ts';
import { IconButton } from '@/components/Button.tsx';
import { LazyPart } from '@/components/LazyPart.tsx';
import { moveSheet } from '@/entities/naming/lazy-move-sheet.ts';
import { Confirm } from '@/components/Confirm.tsx';
import { Icon } from '@/components/icons.tsx';
import menu from './DownloadMenu.module.css';

interface DownloadMenuProps {
  download: Download;
  name: string;
  onChange: (change: Change) => void;
}

/** What is rarely done to a download. It comes into being open, on the first press of its button. */
export default function DownloadMenu({ download, name, onChange }: DownloadMenuProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [moving, setMoving] = useState(false);
  // What comes in front of the page opens once the menu has given the focus back, and so returns it there.
  const next = useRef<(() => void) | null>(null);
  const openNext = (): void => {
    next.current?.();
    next.current = null;
  };
  const { id, url, file, state } = download;
  const folder = useFolder();
  const copyLink = async (): Promise<void> => {
    if (!(await copyText(url))) showToast({ tone: 'bad', title: t('action.notCopied'), detail: url });
  };
  return (
    <>
      <Menu.Root modal={false} defaultOpen>
        <Menu.Trigger asChild>
          <IconButton icon="more" label={t('action.more', { title: name })} hint={t('action.moreHint')} />
        </Menu.Trigger>
        {/* Within the page's content, where a screen reader looks for it; above whatever clips its button. */}
        <Menu.Portal container={document.getElementById('content')}>
          <Menu.Content className={menu.content} align="end" sideOffset={4} collisionPadding={8} onCloseAutoFocus={openNext}>
            {url !== '' && (
              <>
                <Menu.Item className={menu.item} asChild>
                  <a href={url} target="_blank" rel="noreferrer noopener">
                    <Icon name="external" size={18} />
                    {t('action.openSource')}
                  </a>
                </Menu.Item>
                <Menu.Item className={menu.item} onSelect={() => void copyLink()}>
                  <Icon name="link" size={18} />
                  {t('action.copyLink')}
                </Menu.Item>
              </>
            )}
            {file && !file.missing && folder && (
              <>
                {folder.opens && (
                  <Menu.Item
                    className={menu.item}
                    onSelect={() => {
                      openFolder(id);
                    }}
                  >
                    <Icon name="folder" size={18} />
                    {t('file.show')}
                  </Menu.Item>
                )}
                <Menu.Item className={menu.item} onSelect={() => void copyPath(pathOf(folder, file.name))}>
                  <Icon name="copy" size={18} />
                  {t('file.copyPath')}
                </Menu.Item>
              </>
            )}
            {canBeCompleted(download) && (
              <Menu.Item
                className={menu.item}
                onSelect={() => {
                  onChange({ ids: [id], action: 'retry' });
                }}
              >
                <Icon name="retry" size={18} />
                {t('action.complete')}
              </Menu.Item>
            )}
            {state === 'done' && file?.missing === false && (
              <Menu.Item
                className={menu.item}
                onSelect={() => {
                  next.current = () => {
                    setMoving(true);
                  };
                }}
              >
                <Icon name="move" size={18} />
                {t('place.move')}
              </Menu.Item>
            )}
            {state === 'queued' && <Moves id={id} onChange={onChange} />}
            <Menu.Separator className={menu.separator} />
            <Menu.Item
              className={menu.item}
              onSelect={() => {
                onChange({ ids: [id], action: 'delete', file: false });
              }}
            >
              <Icon name="remove" size={18} />
              {t('action.removeEntry')}
            </Menu.Item>
            {file && (
              <Menu.Item
                className={menu.item}
                data-danger
                onSelect={() => {
                  next.current = () => {
                    setAsking(true);
                  };
                }}
              >
                <Icon name="trash" size={18} />
                {t('action.removeFile')}
              </Menu.Item>
            )}
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {moving && (
        <LazyPart
          of={moveSheet}
          given={{
            ids: [id],
            format: download.format,
            onClose: () => {
              setMoving(false);
            },
          }}
          floating
        />
      )}
      {asking && (
        <Confirm
          title={t('confirm.removeFile', { title: name })}
          detail={t('confirm.noWayBack')}
          yes={t('action.delete')}
          onYes={() => {
            onChange({ ids: [id], action: 'delete', file: true });
          }}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </>
  );
}

/** Other places in the queue for a download that waits. */
function Moves({ id, onChange }: { id: string; onChange: (change: Change) => void }) {
  const { t } = useTranslation();
  const queued = queuedIds(useQueryClient());
  const at = queued.indexOf(id);
  const places = [
    { key: 'first', before: at > 0 ? queued[0] : undefined },
    { key: 'sooner', before: at > 1 ? queued[at - 1] : undefined },
    { key: 'later', before: at < queued.length - 2 ? queued[at + 2] : undefined },
    { key: 'last', before: at < queued.length - 1 ? null : undefined },
  ] as const;
  return places.map(({ key, before }) =>
    before === undefined ? null : (
      <Menu.Item
        key={key}
        className={menu.item}
        onSelect={() => {
          onChange({ ids: [id], action: 'move', before });
        }}
      >
        <Icon name={key === 'first' || key === 'sooner' ? 'up' : 'down'} size={18} />
        {t(`move.${key}`)}
      </Menu.Item>
    ),
  );
}
