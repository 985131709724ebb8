import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSmallHouse, lint, type Room } from './small-house.js';

const border = '@nx/enforce-module-boundaries';
const fact = "import { fact } from '@caserelay/contracts';";

/** Tiny projects that keep every rule. */
const tidy: Record<string, Omit<Room, 'path'>> = {
  'libs/contracts': { tag: 'type:pure', files: { 'src/index.ts': 'export const fact = 1;' } },
  'libs/calendar': { tag: 'type:pure', files: { 'src/index.ts': `${fact}\nexport const calendar = fact;` } },
  'libs/messaging': { tag: 'type:platform', files: { 'src/index.ts': `${fact}\nexport const messaging = fact;` } },
  'libs/service-host': {
    tag: 'type:platform',
    files: {
      'src/index.ts': "import { messaging } from '@caserelay/messaging';\nexport const host = messaging;",
      'src/config.ts': 'export const readEnvironment = (): Record<string, string | undefined> => ({ ...process.env });',
    },
  },
  'apps/desk': { tag: 'type:app', files: { 'src/index.ts': `${fact}\nexport const desk = fact;` } },
  'apps/gate': {
    tag: 'type:app',
    files: { 'src/index.ts': "import { host } from '@caserelay/service-host';\nexport const gate = host;" },
  },
  'apps/caserelay': {
    tag: 'type:host',
    projectType: 'application',
    files: { 'src/index.ts': "import { desk } from '@caserelay/desk';\nexport const all = [desk];" },
  },
  tests: {
    tag: 'type:test',
    files: { 'src/index.ts': "import { desk } from '@caserelay/desk';\nexport const until = desk;" },
  },
};

/** One wrong file for each ban: its rule, a word of what it says, where it lies, what it holds. */
const wrong: [rule: string, says: string, file: string, text: string][] = [
  [border, 'type:pure', 'libs/calendar/src/wrong-platform.ts', "export { messaging } from '@caserelay/messaging';"],
  [border, 'type:pure', 'libs/calendar/src/wrong-app.ts', "export { desk } from '@caserelay/desk';"],
  [border, 'type:platform', 'libs/messaging/src/wrong-app.ts', "export { desk } from '@caserelay/desk';"],
  [border, 'type:platform', 'libs/messaging/src/wrong-test.ts', "export { until } from '@caserelay/tests';"],
  [border, 'type:app', 'apps/desk/src/wrong-app.ts', "export { gate } from '@caserelay/gate';"],
  [border, 'type:app', 'apps/desk/src/wrong-test.ts', "export { until } from '@caserelay/tests';"],
  [border, 'type:host', 'apps/caserelay/src/wrong-test.ts', "export { until } from '@caserelay/tests';"],
  [border, 'Imports of apps', 'apps/gate/src/wrong-host.ts', "export { all } from '@caserelay/caserelay';"],
  [border, 'relative', 'libs/messaging/src/wrong-path.ts', "export { fact } from '../../contracts/src/index.js';"],
  ['@typescript-eslint/no-explicit-any', 'any', 'apps/desk/src/wrong-any.ts', 'export type Anything = any;'],
  [
    '@typescript-eslint/no-floating-promises',
    'Promises must be awaited',
    'apps/desk/src/wrong-promise.ts',
    'export function go(): void {\n  Promise.resolve(1);\n}',
  ],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'not exhaustive',
    'apps/desk/src/wrong-switch.ts',
    "export function name(phase: 'open' | 'closed'): string {\n  switch (phase) {\n    case 'open':\n      return 'a';\n  }\n  return 'b';\n}",
  ],
  [
    'no-restricted-properties',
    'config.ts',
    'apps/desk/src/wrong-environment.ts',
    "export const port = process.env['PORT'];",
  ],
  [
    'no-restricted-imports',
    'config.ts',
    'apps/desk/src/wrong-import.ts',
    "import { env } from 'node:process';\nexport const port = env;",
  ],
  ['no-console', 'console', 'apps/desk/src/wrong-print.ts', "console.log('x');"],
];

describe('what ESLint bans', () => {
  let found: Awaited<ReturnType<typeof lint>> = [];
  let house: Awaited<ReturnType<typeof buildSmallHouse>>;

  beforeAll(async () => {
    house = await buildSmallHouse(
      Object.entries(tidy).map(([path, room]) => {
        const added = wrong.filter(([, , file]) => file.startsWith(`${path}/`));
        const files = Object.fromEntries(added.map(([, , file, text]) => [file.slice(path.length + 1), text]));
        return { ...room, path, files: { ...room.files, ...files } };
      }),
    );
    found = await lint(house.folder, ['apps', 'libs', 'tests']);
  }, 120_000);
  afterAll(() => house.tearDown());

  test.each(wrong)('%s (%s): %s is seen red, for that alone', (rule, says, file) => {
    const about = found.filter((problem) => problem.file === file);
    expect(about.map((problem) => problem.rule)).toEqual([rule]);
    expect(about[0]?.says).toContain(says);
  });

  test('what is tidy is left alone, and config.ts may read the environment', () => {
    expect(found.filter(({ file }) => !wrong.some(([, , path]) => path === file))).toEqual([]);
  });
});
