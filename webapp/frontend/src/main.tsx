import '@fontsource-variable/bricolage-grotesque/wght.css';
import '@fontsource-variable/figtree/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { connect } from './app/connect.ts';
import { CrashPage } from './app/CrashPage.tsx';
import { fetchWhenIdle } from './app/parts.ts';
import { renewPage } from './app/renew.ts';
import { startI18n } from './lib/i18n.ts';
import { makeQueryClient } from './lib/query.ts';

/** A development server has none, also where a built page was at its address before. */
function tendWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  if (import.meta.env.PROD) {
    serviceWorker.register('/sw.js').catch(() => undefined); // works without
  } else {
    void serviceWorker.getRegistrations().then((all) => all.map((one) => one.unregister()));
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root element.');

addEventListener('vite:preloadError', () => {
  void renewPage(() => {
    location.reload();
  });
});

await startI18n();
const queryClient = makeQueryClient();
connect(queryClient);
fetchWhenIdle();
tendWorker();
createRoot(root).render(
  <StrictMode>
    <CrashPage>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </CrashPage>
  </StrictMode>,
);
