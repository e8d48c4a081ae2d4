import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Imports flow one way: lib -> ui -> features -> app, and no feature reaches into another. */
function forbid(patterns) {
  return {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: patterns.map(([group, message]) => ({ group, message })) },
    ],
  };
}

const NO_APP = [['@/app/**', '**/app/**'], 'app/ puts the parts together; nothing imports it.'];
const NO_FEATURES = [['@/features/**', '**/features/**'], 'What is shared knows no feature.'];
const NO_UI = [['@/ui/**', '**/ui/**'], 'lib/ draws nothing.'];
const NO_OTHER_FEATURE = [
  ['@/features/**', '../**'],
  'A feature stands alone: move what two of them need to lib/ or ui/.',
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/lib/schema.d.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  { files: ['src/**/*.tsx', 'src/**/*.ts'], extends: [reactHooks.configs.flat.recommended] },
  { files: ['src/lib/**'], rules: forbid([NO_APP, NO_FEATURES, NO_UI]) },
  { files: ['src/ui/**'], rules: forbid([NO_APP, NO_FEATURES]) },
  { files: ['src/features/**'], rules: forbid([NO_APP, NO_OTHER_FEATURE]) },
  { files: ['public/sw.js'], languageOptions: { globals: globals.serviceworker } },
  { files: ['*.config.js', 'dev/**'], languageOptions: { globals: globals.node } },
);
