import { useEffect, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Composer } from '@/features/downloads/Composer.tsx';
import { DownloadList } from '@/features/downloads/DownloadList.tsx';
import { OfflineBanner } from '@/features/services/OfflineBanner.tsx';
import { StatusPill } from '@/features/services/StatusPill.tsx';
import { useStore } from '@/hooks/use-store.ts';
import { toastsUsed } from '@/stores/toasts.ts';
import { undoLatest } from '@/stores/undo.ts';
import { playing } from '@/entities/download/player-store.ts';
import { IconButton } from '@/components/Button.tsx';
import { KeepFocus } from '@/components/KeepFocus.tsx';
import { LazyPart } from '@/components/LazyPart.tsx';
import { Announcer } from './Announcer.tsx';
import css from './App.module.css';
import { Logo } from './Logo.tsx';
import { library, player, subscriptions, servicesSheet, settingsSheet, shortcutsSheet, toasts } from './lazy-parts.ts';
import { tabPrefix } from './tab-status.ts';
import { NotFound } from './NotFound.tsx';
import { focusField, useShortcuts } from './shortcuts.ts';

export function App() {
  const { t } = useTranslation();
  const [sheet, setSheet] = useState<'services' | 'settings' | 'shortcuts' | null>(null);
  const [location, navigate] = useLocation();
  const played = useStore(playing);
  const hasToasts = useStore(toastsUsed);
  const named = location === '/library' ? 'nav.library' : location === '/subscriptions' ? 'nav.subscriptions' : null;
  const title = named === null ? t('app.name') : `${t(named)} · ${t('app.name')}`;
  const prefix = useStore(tabPrefix);
  useEffect(() => {
    document.title = prefix === '' ? title : `${prefix} · ${title}`;
  }, [prefix, title]);
  const close = (): void => {
    setSheet(null);
  };
  useShortcuts({
    onShortcut: (shortcut) => {
      if (shortcut === '/') focusField();
      else if (shortcut === 'd') navigate('/');
      else if (shortcut === 'l') navigate('/library');
      else setSheet(shortcut === 's' ? 'services' : 'shortcuts');
    },
    onUndo: undoLatest,
  });
  return (
    <>
      <a className={css.skip} href="#content">
        {t('app.skip')}
      </a>
      <header className={css.header}>
        <Link href="/" className={css.brand}>
          <Logo />
          <span>{t('app.name')}</span>
        </Link>
        <nav className={css.nav} aria-label={t('nav.label')}>
          <NavLink href="/" label={t('nav.downloads')} />
          <NavLink href="/library" label={t('nav.library')} />
          <NavLink href="/subscriptions" label={t('nav.subscriptions')} />
        </nav>
        <div className={css.tools}>
          <StatusPill
            onOpen={() => {
              setSheet('services');
            }}
          />
          <IconButton
            icon="gear"
            label={t('settings.title')}
            onClick={() => {
              setSheet('settings');
            }}
          />
        </div>
      </header>
      <main id="content" className={css.main} tabIndex={-1}>
        <KeepFocus>
          <OfflineBanner />
          <Switch>
            <Route path="/library">
              <LazyPart of={library} given={{}} />
            </Route>
            <Route path="/subscriptions">
              <LazyPart of={subscriptions} given={{}} />
            </Route>
            <Route path="/">
              <Composer />
              <DownloadList />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </KeepFocus>
      </main>
      <Announcer />
      {sheet === 'services' && <LazyPart of={servicesSheet} given={{ onOpenChange: close }} floating />}
      {sheet === 'settings' && <LazyPart of={settingsSheet} given={{ onOpenChange: close }} floating />}
      {sheet === 'shortcuts' && <LazyPart of={shortcutsSheet} given={{ onOpenChange: close }} floating />}
      {played && <LazyPart key={played.id} of={player} given={{ download: played }} floating />}
      {hasToasts && <LazyPart of={toasts} given={{}} floating />}
    </>
  );
}

function NavLink({ href, label }: { href: string; label: string }) {
  const [location] = useLocation();
  return (
    <Link href={href} className={css.tab} aria-current={location === href ? 'page' : undefined}>
      {label}
    </Link>
  );
}
