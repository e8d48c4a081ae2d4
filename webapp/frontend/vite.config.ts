import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './dev/compressed.ts';
import { withEarlyWords } from './dev/early-words.ts';
import { forwarding } from './dev/forward.ts';
import { guardRoute } from './dev/guard.ts';
import { health } from './dev/health.ts';
import { heldPort } from './dev/held-port.ts';
import { DEV_HEADERS, protection } from './dev/protection.ts';
import { rootedIndex, rootPath } from './dev/root-path.ts';
import { readSettings } from './dev/settings.ts';

const settings = readSettings(fileURLToPath(new URL('../../', import.meta.url)));

/**
 * Every library, bundled once at the first start. Left to discover them, Vite would come upon those
 * of a page that is fetched later (the library, the menus) and break it while it bundles them anew.
 */
function libraries(): string[] {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('package.json', import.meta.url), 'utf8'),
  ) as { dependencies: Record<string, string> };
  const code = Object.keys(dependencies).filter((name) => !/^@(fontsource|atlaskit)/.test(name));
  const parts = ['react/jsx-runtime', 'react/jsx-dev-runtime', 'react-dom/client'];
  return [...code, ...parts, '@atlaskit/pragmatic-drag-and-drop/element/adapter'];
}

const INDEX = fileURLToPath(new URL('dist/index.html', import.meta.url));

export default defineConfig(({ command, isPreview }) => ({
  clearScreen: false,
  // What is built lies anywhere; while it is developed, where the setting says.
  base: command === 'build' ? './' : isPreview ? '/' : `${settings.root}/`,
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  optimizeDeps: { include: libraries(), noDiscovery: true },
  // What the page starts with is one file: it packs better than thirty, and is asked for at once.
  build: { rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } } },
  // No other page may read what is served here; left alone, Vite lets every port of localhost.
  server: { port: settings.port, strictPort: true, cors: false, headers: DEV_HEADERS },
  preview: { port: settings.port, strictPort: true, cors: false, headers: {} },
  plugins: [
    react(),
    withEarlyWords(new URL('src/i18n/locales/', import.meta.url)),
    heldPort(settings.descriptor),
    rootPath(settings.root),
    health(),
    forwarding([
      { prefix: '/api', target: settings.api, strip: false, service: 'api' },
      { prefix: '/health', target: settings.api, strip: false, service: 'api' },
      { prefix: '/ready', target: settings.api, strip: false, service: 'api' },
      guardRoute(settings),
    ], settings.root),
    protection(INDEX),
    compressed(),
    rootedIndex(settings.root, INDEX),
  ],
}));
