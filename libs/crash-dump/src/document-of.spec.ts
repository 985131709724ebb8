import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { everyRealDump, everySyntheticDump } from '../../../tests/support/every-dump.js';
import { repository } from '../../../tests/support/repository.js';
import { fullDump } from '../../../tests/support/synthetic-dump.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { documentOf, type DumpDocument } from './document-of.js';

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: boolean | Schema;
  $ref?: string;
  $defs?: Record<string, Schema>;
}

const folder = join(repository, 'libs/crash-dump/schema');
const textOf = (path: string): string => readFileSync(join(folder, path), 'utf8');
const published = JSON.parse(textOf('crash-dump.schema.json')) as Schema;
const frozen = JSON.parse(textOf('frozen/crash-dump.1.schema.json')) as Schema;
const dumps = [...everySyntheticDump(), ...everyRealDump()];

const documents = new Map<string, Promise<DumpDocument>>();
function documentNamed(name: string, bytes: Buffer): Promise<DumpDocument> {
  const known = documents.get(name);
  if (known) return known;
  const made = analyseDump(fromBytes(bytes)).then((report) => documentOf(report, { file: name }));
  documents.set(name, made);
  return made;
}

/** What a validator finds wrong with the document as others would read it. */
function faults(validate: ValidateFunction, document: unknown): unknown {
  validate(JSON.parse(JSON.stringify(document)));
  return validate.errors ?? [];
}

function validatorOf(schema: Schema): ValidateFunction {
  return new Ajv2020({ allErrors: true, formats: { 'date-time': isTime } }).compile(schema);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** The same schema, in which no field may be that it does not describe. */
function closed(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
    isSchema(value) && value.properties !== undefined && value.type !== undefined
      ? { ...value, additionalProperties: false }
      : value,
  ) as Schema;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a later schema no longer gives what an earlier one promised. */
function broken(earlier: Schema, later: Schema | undefined, from = earlier, to = later, at = ''): string[] {
  if (!from || !to) return [`${at} is gone`];
  if (from.$ref !== undefined) {
    const name = from.$ref.replace('#/$defs/', '');
    return from.$ref === to.$ref ? [] : broken(earlier, later, earlier.$defs?.[name], to, at);
  }
  const nameOfType = (schema: Schema): string => JSON.stringify(schema.type ?? schema.anyOf?.map(({ type }) => type));
  if (nameOfType(from) !== nameOfType(to)) return [`${at} was ${nameOfType(from)}, is ${nameOfType(to)}`];
  const required = new Set(to.required);
  return [
    ...(from.required ?? []).filter((name) => !required.has(name)).map((name) => `${at}/${name} is no longer promised`),
    ...Object.entries(from.properties ?? {}).flatMap(([name, one]) =>
      broken(earlier, later, one, to.properties?.[name], `${at}/${name}`),
    ),
    ...(from.items ? broken(earlier, later, from.items, to.items, `${at}[]`) : []),
    ...(from.anyOf ?? []).flatMap((one, index) => broken(earlier, later, one, to.anyOf?.[index], at)),
    ...(at === ''
      ? Object.entries(from.$defs ?? {}).flatMap(([name, one]) =>
          broken(earlier, later, one, to.$defs?.[name], `$defs/${name}`),
        )
      : []),
  ];
}

describe.each(dumps)('the document of the dump "%s"', (name, bytes) => {
  it('is what the published schema says', async () => {
    expect(faults(validatorOf(published), await documentNamed(name, bytes))).toEqual([]);
  });

  it('holds no field that the schema does not describe', async () => {
    expect(faults(validatorOf(closed(published)), await documentNamed(name, bytes))).toEqual([]);
  });

  it('can be read by whoever reads version 1 as it was first promised', async () => {
    expect(faults(validatorOf(frozen), await documentNamed(name, bytes))).toEqual([]);
  });
});

describe('the promise', () => {
  it('is kept: nothing that version 1 promised is gone or has another type', () => {
    expect(broken(frozen, published)).toEqual([]);
    expect(createHash('sha256').update(textOf('frozen/crash-dump.1.schema.json')).digest('hex')).toBe(
      '242c27cf0fba95f0360cb97a8b522fc3de968bb93066875254540768bd19efe7',
    );
  });

  it('lets readers meet fields and words that they do not know', async () => {
    const document = await documentNamed('full', fullDump({ megabytes: 1 }));
    expect(faults(validatorOf(frozen), { ...document, kind: 'partial', weather: 'fine' })).toEqual([]);
  });

  it.each<[string, (document: DumpDocument) => unknown]>([
    ['a field that is gone', ({ signature: _gone, ...rest }) => rest],
    ['a number where text was', (document) => ({ ...document, machine: 34404 })],
    ['an address that is no text', (document) => ({ ...document, modules: [{ ...document.modules[0], base: 4096 }] })],
    ['an address without 0x', (document) => ({ ...document, crash: { ...document.crash, address: 'fffff8' } })],
  ])('is broken by %s', async (_, change) => {
    const document = await documentNamed('full', fullDump({ megabytes: 1 }));
    expect(faults(validatorOf(frozen), change(document))).not.toEqual([]);
  });

  it.each<[string, (schema: Schema) => void]>([
    ['a field taken away', ({ properties }) => delete properties?.['uptimeSeconds']],
    ['a field that may be missing', (schema) => (schema.required = schema.required?.filter((one) => one !== 'kind'))],
    ['another type', ({ properties }) => ((properties?.['stack'] as Schema).type = 'object')],
    ['a field of a list taken away', ({ $defs }) => delete $defs?.['frame']?.properties?.['trust']],
  ])('is broken by %s in the schema', (_, change) => {
    const later = structuredClone(published);
    change(later);
    expect(broken(frozen, later)).toHaveLength(1);
  });
});

it('a document tells what the report tells, under its published names', async () => {
  const document = await documentNamed('full', fullDump({ megabytes: 1 }));
  expect(document).toMatchObject({
    schemaVersion: 1,
    file: 'full',
    kind: 'full',
    machine: 'AMD64',
    os: { name: 'Windows 10 1809', build: 17763, lab: '17763.1.amd64fre.rs5_release.180914-1434' },
    bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [{ value: '0x3' }, {}, {}, {}] },
    crash: { address: '0xfffff807376ef014', module: 'Ntfs.sys', offset: '0xff014' },
    time: '2019-12-24T14:40:00.000Z',
    uptimeSeconds: 45_000,
    processors: 8,
    completeness: { verdict: 'complete', flaws: [] },
    signature: expect.stringContaining('0x139_3 KERNEL_SECURITY_CHECK_FAILURE | ntfs.sys < ') as unknown,
  });
  expect(document.modules.find(({ name }) => name === 'acmeflt.sys')).toMatchObject({
    version: '4.2.1.77',
    thirdParty: true,
  });
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

it('a document tells the meaning of parameters in Chinese when it is asked to', async () => {
  const report = await analyseDump(fromBytes(fullDump({ megabytes: 1 })));
  const meaning = documentOf(report, { language: 'zh-CN' }).bugcheck?.parameters[0]?.meaning;
  expect(meaning).toMatch(/[\u4e00-\u9fff]/);
});
