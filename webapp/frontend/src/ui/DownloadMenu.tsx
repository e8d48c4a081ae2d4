import * as Menu from '@radix-ui/react-dropdown-menu';
import { useTranslation } from 'react-i18next';
import type { Change } from '@/lib/downloads/actions.ts';
import type { Download } from '@/lib/types.ts';
import { IconButton } from './Button.tsx';
import { Icon } from './icons.tsx';
import menu from './menu.module.css';

interface DownloadMenuProps {
  download: Download;
  name: string;
  onChange: (change: Change) => void;
}

export function DownloadMenu({ download, name, onChange }: DownloadMenuProps) {
  const { t } = useTranslation();
  const { id, url, file } = download;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>
        <IconButton icon="more" label={t('action.more', { title: name })} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className={menu.content} align="end" sideOffset={4} collisionPadding={8}>
          <Menu.Item className={menu.item} asChild>
            <a href={url} target="_blank" rel="noreferrer noopener">
              <Icon name="external" size={18} />
              {t('action.openSource')}
            </a>
          </Menu.Item>
          <Menu.Separator className={menu.separator} />
          <Menu.Item
            className={menu.item}
            onSelect={() => {
              onChange({ id, action: 'delete', file: false });
            }}
          >
            <Icon name="close" size={18} />
            {t('action.removeEntry')}
          </Menu.Item>
          {file && (
            <Menu.Item
              className={menu.item}
              data-danger
              onSelect={() => {
                onChange({ id, action: 'delete', file: true });
              }}
            >
              <Icon name="trash" size={18} />
              {t('action.removeFile')}
            </Menu.Item>
          )}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
