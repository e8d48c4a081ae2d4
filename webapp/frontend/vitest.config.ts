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
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
