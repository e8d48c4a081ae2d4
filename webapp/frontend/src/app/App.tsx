import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Composer } from '@/features/downloads/Composer.tsx';
import { DownloadList } from '@/features/downloads/DownloadList.tsx';
import { AwayBanner } from '@/features/services/AwayBanner.tsx';
import { ServicesSheet } from '@/features/services/ServicesSheet.tsx';
import { StatusPill } from '@/features/services/StatusPill.tsx';
import { Toasts } from '@/ui/toast.tsx';
import css from './App.module.css';
import { SettingsMenu } from './SettingsMenu.tsx';

export function App() {
  const { t } = useTranslation();
  const [services, setServices] = useState(false);
  return (
    <>
      <a className={css.skip} href="#content">
        {t('app.skip')}
      </a>
      <header className={css.header}>
        <p className={css.brand}>
          <Mark />
          <span>{t('app.name')}</span>
        </p>
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
        <Composer />
        <DownloadList />
      </main>
      <ServicesSheet open={services} onOpenChange={setServices} />
      <Toasts />
    </>
  );
}

function Mark() {
  return (
    <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path d="M16 7v11m0 0-4.5-4.5M16 18l4.5-4.5" stroke="var(--accent-ink)" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" fill="none" />
      <path d="M7 22c3 0 3 2.5 6 2.5s3-2.5 6-2.5 3 2.5 6 2.5" stroke="var(--accent-ink)" strokeWidth="2.6" strokeLinecap="round" fill="none" />
    </svg>
  );
}
