// Writes docs/contracts from the built schemas: `npm run build && npm run contracts`.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { asyncApi, eventJsonSchemas, meaningsIn, openApi } from '../libs/contracts/dist/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = `${root}libs/contracts/src/`;
const target = `${root}docs/contracts/`;
const schemas = `${target}schemas/`;

const files = (await readdir(source)).filter((name) => name.endsWith('.events.ts'));
const meanings = meaningsIn((await Promise.all(files.map((name) => readFile(source + name, 'utf8')))).join('\n'));
const { version } = JSON.parse(await readFile(`${root}libs/contracts/package.json`, 'utf8'));

await rm(schemas, { recursive: true, force: true });
await mkdir(schemas, { recursive: true });
for (const [type, schema] of eventJsonSchemas(meanings)) await write(`${schemas}${type}.schema.json`, schema);
await write(`${target}asyncapi.json`, asyncApi({ version, meanings }));
await write(`${target}openapi.json`, openApi({ version }));

async function write(file, value) {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
