import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSmallHouse, cruise, root, type Room } from './small-house.js';

const tidy: Room[] = [
  {
    path: 'apps/desk',
    tag: 'type:app',
    files: {
      'src/index.ts': "export { desk } from './features/open-desk/open-desk.consumer.js';",
      'src/features/open-desk/open-desk.ts':
        "import type { Tell } from '@caserelay/messaging';\nimport { fact } from '@caserelay/contracts';\nexport const openDesk = (): Tell[] => [fact];",
      'src/features/open-desk/open-desk.consumer.ts':
        "import { Injectable } from '@nestjs/common';\nimport { store } from '../../adapters/desk-store/desk-store.js';\nimport { openDesk } from './open-desk.js';\nexport const desk = [Injectable, store, openDesk];",
      'src/features/close-desk/close-desk.ts': 'export const closeDesk = 1;\nexport interface Needs { save(): void }',
      'src/adapters/desk-store/desk-store.ts':
        "import { DataSource } from 'typeorm';\nimport type { Needs } from '../../features/close-desk/close-desk.js';\nexport const store = [DataSource];\nexport type Store = Needs;",
    },
  },
  { path: 'apps/gate', tag: 'type:app', files: { 'src/index.ts': 'export const gate = 1;' } },
  {
    path: 'apps/caserelay',
    tag: 'type:host',
    files: { 'src/index.ts': "export { desk } from '@caserelay/desk';\nexport { gate } from '@caserelay/gate';" },
  },
  {
    path: 'libs/contracts',
    tag: 'type:pure',
    files: {
      'src/index.ts': "export { fact } from './fact.js';",
      'src/fact.ts': "import { z } from 'zod';\nexport const fact = z.string();",
    },
  },
  {
    path: 'libs/messaging',
    tag: 'type:platform',
    files: { 'src/index.ts': 'export type Tell = unknown;\nexport const outbox = 1;' },
  },
  {
    path: 'libs/crash-dump',
    tag: 'type:pure',
    files: {
      'src/index.ts': "export { header } from './header.js';",
      'src/header.ts': 'export const header = 1;',
      'src/header.spec.ts': "import { open } from 'node:fs/promises';\nexport const spec = open;",
    },
  },
  { path: 'tests', tag: 'type:test', files: { 'support/until.ts': 'export const until = 1;' } },
];

/** One wrong import for each rule: the file that holds it, what it says, and the only rule that it breaks. */
const wrong: [rule: string, file: string, text: string][] = [
  ['no service imports another service', 'apps/desk/src/wrong.ts', "export { gate } from '@caserelay/gate';"],
  [
    'no feature imports another feature',
    'apps/desk/src/features/open-desk/wrong.ts',
    "export { closeDesk } from '../close-desk/close-desk.js';",
  ],
  [
    'no adapter imports a feature',
    'apps/desk/src/adapters/desk-store/wrong.ts',
    "export { closeDesk } from '../../features/close-desk/close-desk.js';",
  ],
  [
    'a deed knows no framework',
    'apps/desk/src/features/open-desk/wrong-nest.ts',
    "export { Injectable } from '@nestjs/common';",
  ],
  [
    'a deed knows no framework',
    'apps/desk/src/features/open-desk/wrong-typeorm.ts',
    "export type { DataSource } from 'typeorm';",
  ],
  [
    'a deed knows no adapter',
    'apps/desk/src/features/open-desk/wrong-adapter.ts',
    "export type { Store } from '../../adapters/desk-store/desk-store.js';",
  ],
  [
    'a deed knows no door',
    'apps/desk/src/features/open-desk/wrong-door.ts',
    "export { desk } from './open-desk.consumer.js';",
  ],
  [
    'a deed takes only types from the platform',
    'apps/desk/src/features/open-desk/wrong-platform.ts',
    "export { outbox } from '@caserelay/messaging';",
  ],
  [
    'a pure library imports only pure libraries and zod',
    'libs/contracts/src/wrong-platform.ts',
    "export { outbox } from '@caserelay/messaging';",
  ],
  [
    'a pure library imports only pure libraries and zod',
    'libs/contracts/src/wrong-framework.ts',
    "export { Injectable } from '@nestjs/common';",
  ],
  [
    'a pure library touches no machine',
    'libs/contracts/src/wrong-machine.ts',
    "export { readFile } from 'node:fs/promises';",
  ],
  [
    'a pure library touches no machine',
    'libs/crash-dump/src/wrong-machine.ts',
    "export { readFile } from 'node:fs/promises';",
  ],
  [
    'crash-dump imports nothing but itself',
    'libs/crash-dump/src/wrong.ts',
    "export { fact } from '@caserelay/contracts';",
  ],
  ['a package has one door', 'libs/messaging/src/wrong.ts', "export { fact } from '../../contracts/src/fact.js';"],
  [
    'a package has one door',
    'apps/caserelay/src/wrong.ts',
    "export { store } from '../../desk/src/adapters/desk-store/desk-store.js';",
  ],
  [
    'nothing imports tests',
    'libs/messaging/src/wrong-test.ts',
    "export { until } from '../../../tests/support/until.js';",
  ],
  ['nothing imports tests', 'libs/crash-dump/src/wrong-spec.ts', "export { spec } from './header.spec.js';"],
  ['no circles', 'libs/messaging/src/wrong-circle.ts', "export { there } from './wrong-circle.js';"],
  ['every import leads somewhere', 'libs/messaging/src/wrong-way.ts', "export { nowhere } from './nowhere.js';"],
];

describe('the borders that dependency-cruiser guards', () => {
  let red: string[] = [];
  let house: Awaited<ReturnType<typeof buildSmallHouse>>;

  beforeAll(async () => {
    const rooms = tidy.map((room) => ({
      ...room,
      files: {
        ...room.files,
        ...Object.fromEntries(
          wrong
            .filter(([, file]) => file.startsWith(`${room.path}/`))
            .map(([, file, text]) => [file.slice(room.path.length + 1), text]),
        ),
      },
    }));
    house = await buildSmallHouse(rooms);
    red = await cruise(house.folder, ['apps', 'libs', 'tests']);
  });
  afterAll(() => house.tearDown());

  test.each(wrong)('%s: %s is seen red, for that alone', (rule, file) => {
    expect(red.filter((line) => line.startsWith(`${file}: `))).toEqual([`${file}: ${rule}`]);
  });

  test('what is tidy is left alone', () => {
    expect(red.filter((line) => !wrong.some(([, file]) => line.startsWith(`${file}: `)))).toEqual([]);
  });

  test('each rule of the config is broken here once', async () => {
    const { default: config } = (await import(`${root}.dependency-cruiser.cjs`)) as {
      default: { forbidden: { name: string }[] };
    };
    const broken = new Set(wrong.map(([rule]) => rule));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});

test('nobody in this repository crosses a border', async () => {
  expect(await cruise(root, ['apps', 'libs', 'tests', 'bench'])).toEqual([]);
  // Some 900 modules are read; beside other work that takes long.
}, 180_000);
