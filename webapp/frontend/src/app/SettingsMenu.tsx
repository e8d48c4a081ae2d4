import * as Menu from '@radix-ui/react-dropdown-menu';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, chooseLanguage, type Language } from '@/lib/i18n.ts';
import { chooseTheme, currentTheme, type Theme } from '@/lib/theme.ts';
import { IconButton } from '@/ui/Button.tsx';
import { Icon } from '@/ui/icons.tsx';
import menu from '@/ui/menu.module.css';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export function SettingsMenu() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>
        <IconButton icon="sliders" label={t('settings.title')} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className={menu.content} align="end" sideOffset={4} collisionPadding={8}>
          <Menu.Label className={menu.label}>{t('settings.theme')}</Menu.Label>
          <Menu.RadioGroup
            value={theme}
            onValueChange={(value) => {
              const chosen = THEMES.find((one) => one === value) ?? 'system';
              chooseTheme(chosen);
              setTheme(chosen);
            }}
          >
            {THEMES.map((one) => (
              <Choice key={one} value={one} label={t(`settings.${one}`)} />
            ))}
          </Menu.RadioGroup>
          <Menu.Separator className={menu.separator} />
          <Menu.Label className={menu.label}>{t('settings.language')}</Menu.Label>
          <Menu.RadioGroup
            value={i18n.language}
            onValueChange={(value) => {
              void chooseLanguage(value as Language);
            }}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <Choice key={code} value={code} label={name} />
            ))}
          </Menu.RadioGroup>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Choice({ value, label }: { value: string; label: string }) {
  return (
    <Menu.RadioItem className={menu.item} value={value}>
      {label}
      <Menu.ItemIndicator className={menu.check}>
        <Icon name="check" size={18} />
      </Menu.ItemIndicator>
    </Menu.RadioItem>
  );
}
