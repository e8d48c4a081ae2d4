import { Suspense, lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Route, Switch, useLocation } from 'wouter';
import { Composer } from '@/features/downloads/Composer.tsx';
import { DownloadList } from '@/features/downloads/DownloadList.tsx';
import { AwayBanner } from '@/features/services/AwayBanner.tsx';
import { StatusPill } from '@/features/services/StatusPill.tsx';
import { usePlaying } from '@/lib/player.ts';
import { Toasts } from '@/ui/toast.tsx';
import css from './App.module.css';
import { Mark } from './Mark.tsx';
import { SettingsMenu } from './SettingsMenu.tsx';

// What the first look does not need comes when it is asked for.
const Library = lazy(() => import('@/features/library/Library.tsx'));
const Player = lazy(() => import('@/ui/Player.tsx'));
const ServicesSheet = lazy(() => import('@/features/services/ServicesSheet.tsx'));

export function App() {
  const { t } = useTranslation();
  const [services, setServices] = useState(false);
  const playing = usePlaying();
  return (
    <>
      <a className={css.skip} href="#content">
        {t('app.skip')}
      </a>
      <header className={css.header}>
        <Link href="/" className={css.brand}>
          <Mark />
          <span>{t('app.name')}</span>
        </Link>
        <nav className={css.nav} aria-label={t('nav.label')}>
          <NavLink href="/" label={t('nav.downloads')} />
          <NavLink href="/library" label={t('nav.library')} />
        </nav>
        <div className={css.tools}>
          <StatusPill
            onOpen={() => {
              setServices(true);
            }}
          />
          <SettingsMenu />
        </div>
      </header>
      <main id="content" className={css.main} tabIndex={-1}>
        <AwayBanner />
        <Switch>
          <Route path="/library">
            <Suspense>
              <Library />
            </Suspense>
          </Route>
          <Route>
            <Composer />
            <DownloadList />
          </Route>
        </Switch>
      </main>
      <Suspense>
        {services && <ServicesSheet open onOpenChange={setServices} />}
        {playing && <Player key={playing.id} download={playing} />}
      </Suspense>
      <Toasts />
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
