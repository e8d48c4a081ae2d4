import { useState, type ReactNode } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { LANGUAGES, chooseLanguage, nameOfLanguage } from '@/i18n/i18n.ts';
import { usePreference } from '@/stores/preferences.ts';
import { chooseTheme, currentTheme, type Theme } from '@/stores/theme.ts';
import type { MediaFolder } from '@/api/types.ts';
import { copyPath, openFolder, useFolder } from '@/entities/download/media-folder.ts';
import { Button } from '@/components/Button.tsx';
import { Select } from '@/components/Select.tsx';
import { SegmentedControl } from '@/components/SegmentedControl.tsx';
import { Sheet } from '@/components/Sheet.tsx';
import { Switch } from '@/components/Switch.tsx';
import { profileName } from '@/entities/profile/profile.ts';
import { useProfiles } from '@/entities/profile/profiles-query.ts';
import { CookiesSection } from '@/features/settings/CookiesSection.tsx';
import { LeftoversSection } from '@/features/settings/LeftoversSection.tsx';
import { NamingSection } from '@/features/settings/NamingSection.tsx';
import { ProfilesSection } from '@/features/settings/ProfilesSection.tsx';
import { Imports } from '@/features/imports/Imports.tsx';
import { Receivers } from '@/features/receivers/Receivers.tsx';
import { Tokens } from '@/features/tokens/Tokens.tsx';
import { showToast } from '@/stores/toasts.ts';
import { BASE } from '@/utils/base.ts';
import { canNotify, mayNotify } from './notify.ts';
import css from './SettingsSheet.module.css';

const USUAL = '';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

interface SettingsSheetProps {
  onOpenChange: (open: boolean) => void;
}

export default function SettingsSheet({ onOpenChange }: SettingsSheetProps) {
  const { t, language } = useTranslation();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Sheet title={t('settings.title')} onOpenChange={onOpenChange}>
      <Section title={t('settings.theme')}>
        <SegmentedControl
          label={t('settings.theme')}
          values={THEMES}
          value={theme}
          show={(one) => t(`settings.${one}`)}
          onChange={(one) => {
            chooseTheme(one);
            setTheme(one);
          }}
        />
        <Select
          label={t('settings.language')}
          values={LANGUAGES}
          value={language}
          show={nameOfLanguage}
          onChange={(code) => {
            chooseLanguage(code).catch(() => {
              showToast({ tone: 'bad', title: t('settings.languageLater', { language: nameOfLanguage(code) }), detail: t('part.hint') });
            });
          }}
        />
      </Section>
      <Files />
      {canNotify() && <Notifications />}
      <Section title={t('receivers.title')}>
        <Receivers />
      </Section>
      <Section title={t('profile.title')}>
        <ProfilesSection />
      </Section>
      <Section title={t('cookies.label')}>
        <CookiesSection />
      </Section>
      <Section title={t('place.title')}>
        <NamingSection />
      </Section>
      <Section title={t('leftovers.title')}>
        <LeftoversSection />
      </Section>
      <Section title={t('imports.title')}>
        <Imports />
      </Section>
      <Section title={t('settings.bookmarklet')}>
        <p className={css.soft}>{t('settings.bookmarkletHint')}</p>
        <Bookmarklet />
      </Section>
      <Section title={t('tokens.title')}>
        <Tokens />
      </Section>
    </Sheet>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function lies({ bucket, container }: MediaFolder) {
  if (bucket) return 'file.liesInBucket';
  return container ? 'file.liesInContainer' : 'file.lies';
}

/** Where files go, and whether they come here too. */
function Files() {
  const { t } = useTranslation();
  const folder = useFolder();
  const [on, turn] = usePreference('saveHere');
  return (
    <Section title={t('settings.files')}>
      {folder && (
        <>
          <p className={css.soft}>{t(lies(folder))}</p>
          <p className={css.path}>
            <bdi>{folder.path}</bdi>
          </p>
          <div className={css.buttons}>
            {folder.opens && (
              <Button
                icon="folder"
                onClick={() => {
                  openFolder(null);
                }}
              >
                {t('file.open')}
              </Button>
            )}
            <Button icon="copy" onClick={() => void copyPath(folder.path)}>
              {t('file.copyPath')}
            </Button>
          </div>
        </>
      )}
      <Switch label={t('settings.saveHere')} checked={on} onChange={turn} />
      <p className={css.soft}>{t('settings.saveHereHint')}</p>
    </Section>
  );
}

function Notifications() {
  const { t } = useTranslation();
  const [on, turn] = usePreference('notify');
  const [refused, setRefused] = useState(false);
  const change = async (wanted: boolean): Promise<void> => {
    const allowed = wanted && (await mayNotify());
    setRefused(wanted && !allowed);
    turn(allowed);
  };
  return (
    <Section title={t('settings.notifications')}>
      <Switch label={t('settings.notify')} checked={on} onChange={(wanted) => void change(wanted)} />
      {refused && (
        <p className={css.soft} role="alert">
          {t('settings.notifyRefused')}
        </p>
      )}
    </Section>
  );
}

/** React refuses script addresses, rightly; this one is ours and is set behind its back. */
function Bookmarklet() {
  const { t } = useTranslation();
  const profiles = useProfiles();
  const [profile, setProfile] = useState(USUAL);
  const taken = profile === USUAL ? '' : `&profile=${encodeURIComponent(profile)}`;
  const script = `javascript:location.href='${location.origin}${BASE}/?url='+encodeURIComponent(location.href)+'${taken}'`;
  const nameOf = (id: string): string => {
    const found = profiles.find((one) => one.id === id);
    return found ? profileName(found) : t('profile.usual');
  };
  return (
    <>
      <Select
        label={t('profile.bookmarklet')}
        values={[USUAL, ...profiles.map(({ id }) => id)]}
        value={profile}
        show={nameOf}
        onChange={setProfile}
      />
      <a
        className={css.bookmarklet}
        ref={(link) => {
          link?.setAttribute('href', script);
        }}
        onClick={(event) => {
          event.preventDefault();
        }}
      >
        {profile === USUAL ? t('settings.bookmarkletName') : `${t('settings.bookmarkletName')} · ${nameOf(profile)}`}
      </a>
    </>
  );
}
