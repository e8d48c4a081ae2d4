import '@fontsource-variable/bricolage-grotesque/wght.css';
import '@fontsource-variable/figtree/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forced-colors.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { App } from './app/App.tsx';
import { startStreams } from './app/start-streams.ts';
import { CrashPage } from './app/CrashPage.tsx';
import { takeOverEarlyField } from './app/early-field.ts';
import { fetchWhenIdle } from './app/lazy-parts.ts';
import { reloadOnStaleBuild } from './app/reload-on-stale-build.ts';
import { writeText } from './stores/safe-storage.ts';
import { BASE } from './utils/base.ts';
import { startI18n } from './i18n/i18n.ts';
import { makeQueryClient } from './app/query-client.ts';

/** A development server has none, also where a built page was at its address before. */
function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  if (import.meta.env.PROD) {
    serviceWorker.register(`${BASE}/sw.js`).catch(() => undefined); // works without
  } else {
    void serviceWorker.getRegistrations().then((all) => all.map((one) => one.unregister()));
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root element.');

addEventListener('vite:preloadError', () => {
  void reloadOnStaleBuild(() => {
    location.reload();
  });
});

// The server answers at its root too, where it cannot tell whether a proxy took the path away.
if (!`${location.pathname}/`.startsWith(`${BASE}/`)) location.replace(BASE + location.pathname + location.search);

await startI18n();
const queryClient = makeQueryClient();
startStreams(queryClient);
fetchWhenIdle();
registerServiceWorker();
root.dataset.started = 'true'; // index.html need not say that nothing came
writeText('session', 'load-tries', null);
takeOverEarlyField(() => {
  flushSync(() => {
    createRoot(root).render(
      <StrictMode>
        <CrashPage>
          <QueryClientProvider client={queryClient}>
            <Router base={BASE}>
              <App />
            </Router>
          </QueryClientProvider>
        </CrashPage>
      </StrictMode>,
    );
  });
});
