/**
 * Who may import whom. Each rule carries its sentence of why, which `npm run lint` prints.
 *
 * Layers, highest first: app > features > entities > components > i18n > stores, api > hooks > utils.
 */

const NOT_FROM_BELOW = {
  app: 'app/ puts the parts together; nothing imports it.',
  features: 'A feature is a part of the page; what is shared knows no feature.',
  entities: 'What draws or stores any value does not know what a download is.',
  components: 'Below the components nothing is drawn.',
  i18n: 'What lies below the languages says nothing to people.',
  stores: 'The lowest layers hold no state of the page.',
  api: 'The lowest layers do not talk to a server.',
  hooks: 'utils/ is plain TypeScript, without React.',
};

/**
 * What each layer may not import: itself and everything below stays allowed.
 *
 * @satisfies {Record<string, (keyof typeof NOT_FROM_BELOW)[]>}
 */
const FORBIDDEN = {
  features: ['app'],
  entities: ['app', 'features'],
  components: ['app', 'features', 'entities'],
  i18n: ['app', 'features', 'entities', 'components'],
  stores: ['app', 'features', 'entities', 'components', 'i18n', 'api'],
  api: ['app', 'features', 'entities', 'components', 'i18n', 'stores'],
  hooks: ['app', 'features', 'entities', 'components', 'i18n', 'stores', 'api'],
  utils: ['app', 'features', 'entities', 'components', 'i18n', 'stores', 'api', 'hooks'],
};

const QUERY = {
  group: ['@tanstack/react-query'],
  message: 'Server state belongs to entities/ and features/; this layer gets plain values.',
};

const NO_QUERY = ['components', 'stores', 'utils', 'hooks', 'i18n'];

/** @type {Partial<Record<string, { group: string[], message: string }[]>>} */
const EXTRA = {
  features: [
    {
      group: ['@/features/**', '../**'],
      message: 'A feature stands alone: move what two of them need to entities/ or components/.',
    },
  ],
  components: [
    { group: ['@/api/**'], message: 'A component knows no Download and asks nobody: it gets plain values.' },
  ],
};

/** @param {keyof typeof FORBIDDEN} layer @returns {import("eslint").Linter.Config} */
function rule(layer) {
  /** @type {(keyof typeof NOT_FROM_BELOW)[]} */
  const forbidden = FORBIDDEN[layer];
  const above = forbidden.map((name) => ({ group: [`@/${name}/**`, `**/${name}/**`], message: NOT_FROM_BELOW[name] }));
  const patterns = [...above, ...(NO_QUERY.includes(layer) ? [QUERY] : []), ...(EXTRA[layer] ?? [])];
  return {
    files: [`src/${layer}/**`],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

export const layers = /** @type {(keyof typeof FORBIDDEN)[]} */ (Object.keys(FORBIDDEN)).map(rule);
