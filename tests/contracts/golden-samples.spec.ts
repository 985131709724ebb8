import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { AnyEvent, eventSchemas } from '@caserelay/contracts';
import { z } from 'zod';

const folder = new URL('./golden/', import.meta.url);
const files = readdirSync(folder).sort();
const frozen = new Map(
  readFileSync(new URL('./golden.sha256', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [digest = '', file = ''] = line.split('  ');
      return [file, digest] as const;
    }),
);
const types = [...eventSchemas.keys()];
const read = (file: string) =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { type: string; data: object };
const typeOf = (file: string) => file.replace(/(\.\d+)?\.json$/, '');

describe('golden samples', () => {
  test.each(types)('%s has one', (type) => {
    expect(files).toContain(`${type}.json`);
  });

  test('stand for an event that exists', () => {
    expect(files.filter((file) => !types.some((type) => type === typeOf(file)))).toEqual([]);
  });

  test.each(files)('%s is read as what it is', (file) => {
    const sample = read(file);
    const event = AnyEvent.parse(sample);
    expect(event.type).toBe(typeOf(file));
    expect(event).toEqual(sample);
  });

  test.each(files)('%s is still read when a later version added fields', (file) => {
    const sample = read(file);
    const later = { ...sample, extension: 'x', data: { ...sample.data, addedLater: { anything: [1] } } };
    expect(AnyEvent.parse(later)).toEqual(sample);
  });

  // A sample is what somebody once sent; it stays in queues and databases as it was. A change goes beside it, as <type>.2.json.
  test.each(files)('%s is frozen: never edited, listed in golden.sha256', (file) => {
    const digest = createHash('sha256')
      .update(readFileSync(new URL(file, folder)))
      .digest('hex');
    expect(frozen.get(file)).toBe(digest);
  });

  test('are never taken away', () => {
    expect([...frozen.keys()].filter((file) => !files.includes(file))).toEqual([]);
  });

  test.each(files)('%s holds no password', (file) => {
    expect(JSON.stringify(read(file))).not.toMatch(/password"|密码|passwd/i);
  });
});

describe('a change of a schema', () => {
  const sample = read('upload.received.json');
  const before = eventSchemas.get('upload.received');
  const changed = (field: z.ZodType) => {
    const data = before?.shape.data as unknown as z.ZodObject;
    return z.object({ ...before?.shape, data: data.extend({ mediaType: field }) });
  };

  test('that adds an optional field keeps old samples readable', () => {
    expect(changed(z.string().optional()).safeParse(sample).success).toBe(true);
  });

  test('that adds a required field is caught by the old sample', () => {
    const parsed = changed(z.string()).safeParse(sample);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['data.mediaType']);
  });

  test('that retypes a field is caught by the old sample', () => {
    const data = before?.shape.data as unknown as z.ZodObject;
    const retyped = z.object({ ...before?.shape, data: data.extend({ bytes: z.string() }) });
    expect(retyped.safeParse(sample).error?.issues.map((issue) => issue.path.join('.'))).toEqual(['data.bytes']);
  });
});
