import { AnyEvent, eventSchemas } from '@caserelay/contracts';
import { headline } from '@caserelay/event-headlines';
import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { outgoing, removedFields } from './what-leaves.js';

const golden = fileURLToPath(new URL('../../../../../tests/contracts/golden/', import.meta.url));
const samples = readdirSync(golden)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, AnyEvent.parse(JSON.parse(readFileSync(`${golden}${name}`, 'utf8')))] as const);
const canary = 'kJ8s-canary_Qe71xVbN02aa';

/** The sample with the canary wherever a link of an upload space may stand: in its field, and in words that quote it. */
function poisoned(value: unknown, name = ''): unknown {
  if (typeof value === 'string')
    return removedFields.has(name)
      ? name === 'linkExpiresAt'
        ? value
        : `https://upload.example/spaces/${canary}`
      : /^(text|reason|problem|topic|note|engineerSummary)$/.test(name) && !/^[a-z-]+$/.test(value)
        ? `see https://upload.example/spaces/${canary} and https://cases.example/customer/${canary} ${value}`
        : value;
  if (Array.isArray(value)) return value.map((part) => poisoned(part, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, poisoned(part, key)]));
}

/** Names of all fields within a schema. */
function fieldsIn(schema: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const part of schema) fieldsIn(part, found);
  else if (typeof schema === 'object' && schema !== null)
    for (const [key, part] of Object.entries(schema)) {
      if (key === 'properties') for (const name of Object.keys(part as object)) found.add(name);
      fieldsIn(part, found);
    }
  return found;
}

describe('what leaves of an event', () => {
  test.each(samples)(
    '%s shows no link of an upload space, neither in a field nor in words nor in its headline',
    (_, sample) => {
      const event = AnyEvent.parse({ ...sample, data: poisoned(sample.data) });
      const { body, headline: sentence } = outgoing(event, headline);
      expect(body).not.toContain(canary);
      expect(`${sentence.zh}${sentence.en}`).not.toContain(canary);
    },
  );

  test('the canary was there to be found', () => {
    const sung = samples.filter(([, sample]) => JSON.stringify(poisoned(sample.data)).includes(canary));
    expect(sung.map(([name]) => name)).toEqual(
      expect.arrayContaining(['upload-space.opened.json', 'mail.received.json']),
    );
    expect(sung.length).toBeGreaterThan(15);
  });

  test('is all else, as it was', () => {
    for (const [, sample] of samples) {
      const body = JSON.parse(outgoing(sample, headline).body) as AnyEvent;
      expect({ ...body, data: null }).toEqual({ ...sample, data: null });
    }
    const archived = samples.find(([name]) => name === 'case.archived.json')?.[1];
    expect(JSON.parse(outgoing(archived!, headline).body)).toEqual(archived);
    expect(outgoing(archived!, headline).caseNumber).toBe('CAS-02227-X4W1B1');
  });

  test('no event has a field that sounds like a secret and is not on the list, nor among those that are none', () => {
    // `key` is what tells commands of another system apart.
    const none = ['trackingToken', 'hostKeyFingerprint', 'key'];
    const suspicious = [...eventSchemas.values()].flatMap((schema) =>
      [...fieldsIn(z.toJSONSchema(schema, { io: 'input' }))].filter((name) =>
        /password|secret|token|key|link$|url|location|credential/i.test(name),
      ),
    );
    const open = [...new Set(suspicious)].filter((name) => !removedFields.has(name) && !none.includes(name));
    expect(open).toEqual([]);
    expect([...new Set(suspicious)]).toEqual(expect.arrayContaining(['link', 'location']));
  });
});
