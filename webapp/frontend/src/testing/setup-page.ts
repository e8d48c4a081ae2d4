import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';
import { startI18n } from '@/i18n/i18n.ts';

configure({ asyncUtilTimeout: 15_000 }); // a state is awaited, however busy the machine
await startI18n();

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
