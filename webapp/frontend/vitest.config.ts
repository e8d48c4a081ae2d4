import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Not the dev server's configuration: tests need neither its ports nor its forwarding.
export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'dev/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    environment: 'jsdom',
    // From Node 25 on its own localStorage, without a file, would hide the one of jsdom.
    execArgv: process.allowedNodeEnvironmentFlags.has('--experimental-webstorage') ? ['--no-experimental-webstorage'] : [],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
