import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One project of a small house: its kind for Nx and its files. */
export interface Room {
  path: string;
  tag: string;
  projectType?: 'library' | 'application';
  files: Record<string, string>;
}

/**
 * A copy of the repository's rules around a few tiny projects, in a temporary folder, so that each rule can be broken
 * without touching the real tree.
 */
export async function buildSmallHouse(rooms: Room[]): Promise<{ folder: string; tearDown(): Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'caserelay-house-')));
  const rules = ['.dependency-cruiser.cjs', 'eslint.config.mjs', 'nx.json', 'tsconfig.base.json', 'tsconfig.lint.json'];
  for (const rule of rules) await cp(join(root, rule), join(folder, rule));
  await write(
    folder,
    'package.json',
    JSON.stringify({ name: 'small-house', private: true, type: 'module', workspaces: ['apps/*', 'libs/*', 'tests'] }),
  );
  for (const room of rooms) {
    const name = room.path.split('/').at(-1) ?? room.path;
    const manifest = {
      name: `@caserelay/${name}`,
      version: '0.1.0',
      type: 'module',
      exports: { '.': { '@caserelay/source': './src/index.ts', default: './dist/index.js' } },
    };
    await write(folder, `${room.path}/package.json`, JSON.stringify(manifest));
    await write(
      folder,
      `${room.path}/project.json`,
      JSON.stringify({
        name,
        projectType: room.projectType ?? 'library',
        sourceRoot: `${room.path}/src`,
        tags: [room.tag],
        targets: {},
      }),
    );
    for (const [file, text] of Object.entries(room.files)) await write(folder, `${room.path}/${file}`, `${text}\n`);
  }
  await furnish(folder, rooms);
  return { folder, tearDown: () => rm(folder, { recursive: true, force: true }) };
}

/** Which rules dependency-cruiser sees broken, as `file: rule`. */
export async function cruise(folder: string, paths: string[]): Promise<string[]> {
  const output = await run(folder, [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ...paths,
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
  ]);
  const report = z.object({
    summary: z.object({
      totalCruised: z.number(),
      violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    }),
  });
  const { summary } = report.parse(JSON.parse(output));
  if (summary.totalCruised < 2)
    throw new Error(`found ${summary.totalCruised} modules in ${folder}, expected the whole house`);
  return [...new Set(summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`))].sort();
}

/** Which ESLint rules are broken, each with its file and what it says. */
export async function lint(folder: string, paths: string[]): Promise<{ file: string; rule: string; says: string }[]> {
  const output = await run(folder, ['node_modules/eslint/bin/eslint.js', '--format', 'json', ...paths]);
  const report = z.array(
    z.object({
      filePath: z.string(),
      messages: z.array(z.object({ ruleId: z.string().nullable(), message: z.string() })),
    }),
  );
  // Nx may greet on the same stream; the report is the line that is a list.
  const line = output.split('\n').find((text) => text.startsWith('[{')) ?? output;
  return report.parse(JSON.parse(line)).flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, message }) => ({
      file: relative(folder, filePath),
      rule: ruleId ?? 'unreadable',
      says: message,
    })),
  );
}

async function furnish(folder: string, rooms: Room[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@caserelay'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== '@caserelay' && !name.startsWith('.'))
      await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  for (const { path } of rooms)
    await symlink(join(folder, path), join(modules, '@caserelay', path.split('/').at(-1) ?? path));
}

async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

function run(cwd: string, command: string[]): Promise<string> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_WORKSPACE_ROOT_PATH: cwd, FORCE_COLOR: '0', NODE_OPTIONS: '' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      // Both tools leave with a code when they found something; without a report they have failed.
      if (stdout.trim() === '') reject(new Error(`${command[0] ?? ''} said nothing: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
