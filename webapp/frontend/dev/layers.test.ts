import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { layers } from '../eslint.layers.js';

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.{ts,tsx}'],
      languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      plugins: { '@typescript-eslint': tseslint.plugin, 'react-hooks': { rules: {} } },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
    },
    ...layers,
  ],
});

async function complaints(file: string, imported: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import '${imported}';`, { filePath: file });
  return (result?.messages ?? []).map(({ message }) => message);
}

// All files are linted: seconds on a quiet machine, a minute beside three other test runs.
test('every import of the page goes downwards', { timeout: 180_000 }, async () => {
  const results = await eslint.lintFiles('src/**/*.{ts,tsx}');
  const wrong = results.flatMap(({ filePath, messages }) =>
    messages.filter(({ ruleId }) => ruleId?.endsWith('no-restricted-imports')).map(({ message }) => `${filePath}: ${message}`),
  );
  expect(results.length).toBeGreaterThan(80);
  expect(wrong).toEqual([]);
});

test.each([
  ['src/utils/store.ts', '@/hooks/use-store.ts'],
  ['src/hooks/use-store.ts', '@/stores/toasts.ts'],
  ['src/api/request.ts', '@/stores/toasts.ts'],
  ['src/stores/toasts.ts', '@/api/downloads.ts'],
  ['src/stores/toasts.ts', '@tanstack/react-query'],
  ['src/components/Button.tsx', '@/entities/download/mutations.ts'],
  ['src/components/Button.tsx', '@/api/types.ts'],
  ['src/components/Button.tsx', '@/api/downloads.ts'],
  ['src/components/Button.tsx', '@tanstack/react-query'],
  ['src/entities/download/mutations.ts', '@/features/library/Library.tsx'],
  ['src/entities/download/mutations.ts', '../../app/App.tsx'],
  ['src/features/library/Library.tsx', '@/features/downloads/Composer.tsx'],
  ['src/features/library/Library.tsx', '../services/StatusPill.tsx'],
  ['src/features/library/Library.tsx', '@/app/App.tsx'],
])('%s may not import %s, and is told why', async (file, imported) => {
  const said = await complaints(file, imported);
  expect(said).not.toEqual([]);
  for (const message of said) expect(message).toMatch(/restricted.*\. .*[a-z]\.?$|: .+ .+/);
});
