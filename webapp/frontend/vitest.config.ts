import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Not the dev server's configuration: tests need neither its ports nor its forwarding.
export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  test: {
    // To build a page for a file takes longer than most files: those that draw none have none, unless
    // their first line asks for it.
    projects: [
      { extends: true, test: { name: 'page', include: ['src/**/*.test.tsx'], environment: 'jsdom' } },
      { extends: true, test: { name: 'code', include: ['src/**/*.test.ts', 'dev/**/*.test.ts'], environment: 'node' } },
    ],
    setupFiles: ['src/testing/setup.ts'],
    // From Node 25 on its own localStorage, without a file, would hide the one of jsdom.
    execArgv: process.allowedNodeEnvironmentFlags.has('--experimental-webstorage') ? ['--no-experimental-webstorage'] : [],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
