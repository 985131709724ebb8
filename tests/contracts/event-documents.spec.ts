import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { asyncApi, eventJsonSchemas, eventSchemas, inboundEvents, meaningsIn } from '@caserelay/contracts';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const json = (path: string) => JSON.parse(text(path)) as Record<string, unknown>;
const source = 'libs/contracts/src/';
const meanings = meaningsIn(
  readdirSync(new URL(source, root))
    .filter((name) => name.endsWith('.events.ts'))
    .map((name) => text(source + name))
    .join('\n'),
);
const { version } = z.object({ version: z.string() }).parse(json('libs/contracts/package.json'));
const types = [...eventSchemas.keys()];
const schemas = eventJsonSchemas(meanings);

describe('the documents in docs/contracts', () => {
  test('are fresh; `npm run build && npm run contracts` writes them', () => {
    expect(json('docs/contracts/asyncapi.json')).toEqual(asyncApi({ version, meanings }));
    for (const type of types) expect(json(`docs/contracts/schemas/${type}.schema.json`)).toEqual(schemas.get(type));
  });

  test('describe no event that is gone', () => {
    expect(readdirSync(new URL('docs/contracts/schemas/', root)).sort()).toEqual(
      types.map((type) => `${type}.schema.json`).sort(),
    );
  });

  test.each(types)('have %s in the glossary, in the same words', (type) => {
    const row = text('docs/words.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${type}\` `));
    expect(
      row
        ?.split(' | ')
        .at(-1)
        ?.replace(/\s*\|$/, ''),
    ).toBe(meanings.get(type));
  });

  test.each(types)('say what %s means', (type) => {
    expect(meanings.get(type)).toMatch(/^[A-Z].*\.$/);
  });
});

describe('the JSON Schema of an event', () => {
  const reader = (type: string) =>
    z.fromJSONSchema(schemas.get(type as (typeof types)[number]) as Parameters<typeof z.fromJSONSchema>[0]);

  test.each(types)('accepts the golden sample of %s', (type) => {
    expect(reader(type).safeParse(json(`tests/contracts/golden/${type}.json`)).error).toBeUndefined();
  });

  test('accepts fields that it does not know', () => {
    expect(
      reader('upload.received').safeParse({ ...json('tests/contracts/golden/upload.received.json'), later: 1 }).success,
    ).toBe(true);
  });

  test('refuses a sample of another event', () => {
    expect(reader('upload.received').safeParse(json('tests/contracts/golden/upload.started.json')).success).toBe(false);
  });

  test('refers to nothing outside itself', () => {
    for (const schema of schemas.values()) expect(danglingReferences(schema)).toEqual([]);
  });
});

// What the specification asks of each object: https://www.asyncapi.com/docs/reference/specification/v3.0.0
describe('the AsyncAPI document', () => {
  const reference = z.strictObject({ $ref: z.string().startsWith('#/') });
  const name = z.string().regex(/^[A-Za-z0-9._-]+$/);
  const bindings = (amqp: z.ZodType) => z.strictObject({ amqp });
  const structure = z.strictObject({
    asyncapi: z.literal('3.0.0'),
    info: z.strictObject({
      title: z.string(),
      version: z.string(),
      description: z.string(),
      license: z.strictObject({ name: z.string(), url: z.url() }),
    }),
    defaultContentType: z.string(),
    servers: z.record(
      name,
      z.strictObject({ host: z.string(), protocol: z.string(), protocolVersion: z.string(), description: z.string() }),
    ),
    channels: z.record(
      name,
      z.strictObject({
        address: z.string(),
        description: z.string().optional(),
        messages: z.record(name, reference),
        servers: z.array(reference),
        bindings: bindings(
          z.strictObject({
            is: z.literal('routingKey'),
            exchange: z.strictObject({
              name: z.string().max(255),
              type: z.enum(['topic', 'direct', 'fanout', 'default', 'headers']),
              durable: z.boolean(),
              autoDelete: z.boolean(),
            }),
            bindingVersion: z.literal('0.3.0'),
          }),
        ),
      }),
    ),
    operations: z.record(
      name,
      z.strictObject({
        action: z.enum(['send', 'receive']),
        channel: reference,
        messages: z.array(reference).min(1),
        tags: z.array(z.strictObject({ name: z.string() })),
        bindings: bindings(
          z.strictObject({
            deliveryMode: z.union([z.literal(1), z.literal(2)]).optional(),
            mandatory: z.boolean().optional(),
            ack: z.boolean().optional(),
            bindingVersion: z.literal('0.3.0'),
          }),
        ),
      }),
    ),
    components: z.strictObject({
      messages: z.record(
        name,
        z.strictObject({
          name: z.string(),
          title: z.string(),
          summary: z.string(),
          contentType: z.string(),
          correlationId: z.strictObject({ location: z.string().regex(/^\$message\.(header|payload)#\/.+/) }),
          payload: reference,
        }),
      ),
      schemas: z.record(name, z.looseObject({ type: z.string() })),
    }),
  });
  const document = asyncApi({ version, meanings });

  test('has the structure of AsyncAPI 3.0', () => {
    expect(structure.safeParse(document).error?.issues).toBeUndefined();
  });

  test('refers only to what it holds', () => {
    expect(danglingReferences(document)).toEqual([]);
  });

  test('lets an operation name only messages of its own channel', () => {
    for (const operation of Object.values(structure.parse(document).operations)) {
      for (const { $ref } of operation.messages)
        expect($ref).toMatch(new RegExp(`^${operation.channel.$ref}/messages/`));
    }
  });

  test('has one channel per event, sent by one service and heard by at least one', () => {
    const { channels, operations } = structure.parse(document);
    expect(Object.keys(channels).filter((channel) => !channel.startsWith('inbox.'))).toEqual(types);
    for (const type of types) {
      const about = Object.values(operations).filter(({ channel }) => channel.$ref === `#/channels/${type}`);
      expect(about.filter(({ action }) => action === 'send')).toHaveLength(1);
      expect(about.filter(({ action }) => action === 'receive').length).toBeGreaterThan(0);
    }
  });
});

describe('what other systems publish', () => {
  const { channels, operations } = asyncApi({ version, meanings }) as {
    channels: Record<string, { address: string; bindings: { amqp: { exchange: { name: string } } } }>;
    operations: Record<string, { action: string; channel: { $ref: string } }>;
  };

  test.each(Object.keys(inboundEvents))('%s has a channel of the exchange inbox, which intake hears', (type) => {
    expect(channels[`inbox.${type}`]).toMatchObject({
      address: type,
      bindings: { amqp: { exchange: { name: 'caserelay.inbox' } } },
    });
    const about = Object.entries(operations).filter(([, { channel }]) => channel.$ref === `#/channels/inbox.${type}`);
    expect(about.map(([name, { action }]) => [name, action])).toEqual([[`intake.hears.inbox.${type}`, 'receive']]);
  });
});

function danglingReferences(document: unknown): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, reference = '']) => reference,
  );
  return references.filter((reference) => {
    const steps = reference.split('/').slice(1);
    return (
      steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document) === undefined
    );
  });
}
