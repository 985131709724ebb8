import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// The boundaries are judged on the project graph. It is made here, in this process, so that no daemon and no earlier
// Nx command is needed and no stale graph is used.
process.env.NX_DAEMON = 'false';
const devkit = createRequire(fileURLToPath(import.meta.resolve('@nx/eslint-plugin')))('@nx/devkit');
await devkit.createProjectGraphAsync();

const spec = ['**/*.spec.ts', 'tests/**/*.ts'];
const readable = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.data/', '.nx/', 'docs/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // A number in a message reads well; everything else is turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest names a module by a class, often an empty one.
      '@typescript-eslint/no-extraneous-class': 'off',
      // A field can change while we wait (`closing`); the compiler's narrowing does not see that.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `!` is banned, so a cast after a check is the one way left to say it.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Libraries declare their options as classes; a literal is how one passes options.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `environment['HTTP_PORT']` shows that the name comes from outside.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // `() => stop()` and `return log.warn(…);` are how a function without result is written and left in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `[...text]` counts code points, which is what shortening a Chinese text needs.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Needs are plain objects of functions, and a deed takes them apart.
      '@typescript-eslint/unbound-method': 'off',
      // Ports are asynchronous; a double or a short door that fills one need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      // A type parameter that appears once still ties an argument to the name of an event (`Hears<Type>`).
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Both say the same; a union or an inferred type cannot be an interface.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // `||` for an empty text is often what is meant.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    },
  },
  {
    name: 'only the config reads the environment, nothing prints',
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Declare the setting in config.ts; it is handed in by service-host.',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:process', 'process'].map((name) => ({
            name,
            importNames: ['env', 'default'],
            message: 'Declare the setting in config.ts.',
          })),
        },
      ],
    },
  },
  { files: ['libs/service-host/src/config.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    name: 'borders between projects',
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    // Specs read test data from tests/support by path; dependency-cruiser guards them.
    ignores: ['**/*.spec.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          depConstraints: [
            { sourceTag: 'type:pure', onlyDependOnLibsWithTags: ['type:pure'] },
            { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:pure', 'type:platform'] },
            { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:pure', 'type:platform'] },
            { sourceTag: 'type:host', onlyDependOnLibsWithTags: ['type:pure', 'type:platform', 'type:app'] },
            { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['*'] },
          ],
        },
      ],
    },
  },
  {
    files: spec,
    rules: {
      // A spec knows what it has just put there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Doubles fill a port with as little as the test needs.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: {
      globals: readable(
        ...[
          'process',
          'console',
          'Buffer',
          'URL',
          'URLSearchParams',
          'TextDecoder',
          'TextEncoder',
          'fetch',
          'performance',
        ],
        ...[
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'setImmediate',
          'queueMicrotask',
          'structuredClone',
        ],
        ...['AbortController', 'AbortSignal', 'Event', 'EventTarget'],
      ),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: readable('module', 'require', '__dirname', 'exports') },
  },
  {
    files: ['apps/*/public/**/*.js', 'apps/*/src/**/public/**/*.js'],
    languageOptions: {
      globals: readable(
        ...['window', 'document', 'location', 'history', 'navigator', 'localStorage', 'sessionStorage', 'EventSource'],
        ...[
          'FormData',
          'HTMLElement',
          'Node',
          'Intl',
          'requestAnimationFrame',
          'customElements',
          'MutationObserver',
          'alert',
          'confirm',
          'prompt',
          'crypto',
        ],
      ),
    },
  },
  prettier,
);
