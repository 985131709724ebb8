import { z } from 'zod';
import { eventSchemas, type EventType } from './any-event.js';
import { CaseFile, Evidence, Language, NextStep, Person, UploadSpace } from './case-file.js';
import { Bugcheck, DumpFinding } from './dump.events.js';
import { inboundEvents, type InboundType } from './inbound.events.js';
import { MailKind } from './intake.events.js';
import { hears, services, tells } from './landscape.js';
import { LetterTopic } from './letter.events.js';

const exchange = 'caserelay.events';
const inboxExchange = 'caserelay.inbox';
const inboundTypes = Object.keys(inboundEvents) as InboundType[];
const dialect = 'http://json-schema.org/draft-07/schema#';
const parts = {
  Person,
  Language,
  CaseFile,
  UploadSpace,
  Evidence,
  NextStep,
  MailKind,
  Bugcheck,
  DumpFinding,
  LetterTopic,
};
/** Says what each event means, by its type. */
export type Meanings = ReadonlyMap<string, string>;
type Json = Record<string, unknown>;

/** One JSON Schema (draft-07) per event. It is open: a reader accepts fields that it does not know. */
export function eventJsonSchemas(meanings: Meanings): Map<EventType, Json> {
  const whole = describeAll((id) => `#/definitions/${id}`);
  const described = (name: string): Json => whole.get(name) ?? {};
  return new Map(
    [...eventSchemas.keys()].map((type) => {
      const schema = described(type);
      const definitions = Object.fromEntries(partsWithin(schema, described).map((name) => [name, described(name)]));
      const description = meanings.get(type);
      return [
        type,
        {
          $schema: dialect,
          title: type,
          ...(description === undefined ? {} : { description }),
          ...schema,
          ...(Object.keys(definitions).length === 0 ? {} : { definitions }),
        },
      ];
    }),
  );
}

/**
 * The AsyncAPI 3.0 document: each event type is a routing key of the topic exchange, each service hears and tells.
 * Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApi({ version, meanings }: { version: string; meanings: Meanings }): Json {
  const types = [...eventSchemas.keys()];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'CaseRelay events',
      version,
      description:
        'Facts about crash-dump support cases, as CloudEvents 1.0 in structured JSON mode. The case speaks (case.*), services answer. ' +
        'Fields are added, never renamed; readers ignore what they do not know.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      broker: {
        host: 'localhost:5672',
        protocol: 'amqp',
        protocolVersion: '0.9.1',
        description: 'The RabbitMQ that AMQP_URL names.',
      },
    },
    channels: Object.fromEntries([
      ...types.map((type) => [type, channel(type, exchange)] as const),
      ...inboundTypes.map((type) => [inboxOf(type), inboxChannel(type)] as const),
    ]),
    operations: Object.fromEntries([
      ...services.flatMap((service) => [
        ...tells[service].map((type) => operation(service, 'send', type)),
        ...heardBy(service).map((type) => operation(service, 'receive', type)),
      ]),
      ...inboundTypes.map((type) => operation('intake', 'receive', inboxOf(type))),
    ]),
    components: {
      messages: Object.fromEntries([
        ...types.map((type) => [type, message(type, meanings.get(type))] as const),
        ...inboundTypes.map((type) => [inboxOf(type), inboxMessage(type)] as const),
      ]),
      schemas: Object.fromEntries([
        ...describeAll((id) => `#/components/schemas/${id}`),
        ...inboundTypes.map((type) => [inboxOf(type), inboundSchema(type)] as const),
      ]),
    },
  };
}

/** Reads what events mean from the sentence above each `defineEvent` in source text, so that it is written once. */
export function meaningsIn(source: string): Map<string, string> {
  const sentence = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export const \w+ = defineEvent\('([^']+)'/g;
  return new Map(
    [...source.matchAll(sentence)].map(([, text = '', type = '']) => [
      type,
      text.replace(/\s*\n?\s+\*?\s*/g, ' ').trim(),
    ]),
  );
}

function heardBy(service: (typeof services)[number]): readonly EventType[] {
  const heard = hears[service];
  return heard === '*' ? [...eventSchemas.keys()] : heard;
}

function channel(type: string, exchange: string): Json {
  return {
    address: type.replace(/^inbox\./, ''),
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
    servers: [{ $ref: '#/servers/broker' }],
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false },
        bindingVersion: '0.3.0',
      },
    },
  };
}

/** Channels of the inbox stand beside those of the events that are told, under names of their own. */
function inboxOf(type: InboundType): string {
  return `inbox.${type}`;
}

function inboxChannel(type: InboundType): Json {
  return {
    ...channel(inboxOf(type), inboxExchange),
    description:
      'Other systems publish here, persistent and mandatory. At the reply_to of a message, if it has one, its sender is answered with its correlation_id: ' +
      '`status` 202 and which case it went to, or a problem (RFC 9457) with what was found and expected; what is refused lies among the dead letters as well. ' +
      'The outcome of a command is told as case.command-carried-out or case.command-refused, with source and id of the event that asked.',
  };
}

function inboxMessage(type: InboundType): Json {
  const summaries: Record<InboundType, string> = {
    'ticket.registered':
      'Another system has a ticket about a problem: a case is opened, or what is known of one is completed.',
    'command.requested':
      'Another system asks something of a case in the name of a person, as at POST /v1/cases/{id}/commands.',
  };
  return { ...message(inboxOf(type), summaries[type]), correlationId: { location: '$message.payload#/id' } };
}

function inboundSchema(type: InboundType): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(inboundEvents[type], { target: 'draft-7', io: 'input' });
  return schema;
}

function operation(service: string, action: 'send' | 'receive', type: string): [string, Json] {
  const bindings =
    action === 'send'
      ? { deliveryMode: 2, mandatory: true, bindingVersion: '0.3.0' }
      : { ack: true, bindingVersion: '0.3.0' };
  return [
    `${service}.${action === 'send' ? 'tells' : 'hears'}.${type}`,
    {
      action,
      channel: { $ref: `#/channels/${type}` },
      messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
      tags: [{ name: service }],
      bindings: { amqp: bindings },
    },
  ];
}

function message(type: string, summary: string | undefined): Json {
  return {
    name: type,
    title: type,
    ...(summary === undefined ? {} : { summary }),
    contentType: 'application/cloudevents+json',
    correlationId: { location: '$message.payload#/correlationid' },
    payload: { $ref: `#/components/schemas/${type}` },
  };
}

function describeAll(uri: (id: string) => string): Map<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, part] of Object.entries(parts)) registry.add(part, { id });
  for (const [type, schema] of eventSchemas) registry.add(schema, { id: type });
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', io: 'input', uri });
  return new Map(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...rest }]) => [name, rest as Json]),
  );
}

function partsWithin(schema: Json, described: (name: string) => Json, found: string[] = []): string[] {
  for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) {
    if (found.includes(name)) continue;
    found.push(name);
    partsWithin(described(name), described, found);
  }
  return found;
}
