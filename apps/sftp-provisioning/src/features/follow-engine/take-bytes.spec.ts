import { describe, expect, it } from '@jest/globals';
import { alignWith, growWith } from './take-bytes.js';

describe('a file at an engine', () => {
  it('is taken in from where ours ends', async () => {
    const ours = aFile('0123');
    expect(await growWith(aFile('0123456789'), ours, 4)).toBe(10);
    expect(ours.text()).toBe('0123456789');
    expect(ours.writes).toEqual([4]);
  });

  it('that became shorter cuts ours', async () => {
    const ours = aFile('0123456789');
    expect(await growWith(aFile('01'), ours, 10)).toBe(2);
    expect(ours.text()).toBe('01');
  });

  it('that had a gap when it was looked at is made equal at its end', async () => {
    const ours = aFile(`${'\0'.repeat(1_048_576)}tail`);
    const theirs = aFile(`${'x'.repeat(1_048_576)}tail`);
    await alignWith(theirs, ours, 1_048_580);
    expect(ours.text()).toBe(theirs.text());
    expect(ours.writes).toEqual([0]);
  });

  it('that is equal is not written again', async () => {
    const ours = aFile('same');
    await alignWith(aFile('same'), ours, 4);
    expect(ours.writes).toEqual([]);
  });

  it('that was written anew and is shorter replaces ours', async () => {
    const ours = aFile('the first content');
    await alignWith(aFile('second'), ours, 17);
    expect(ours.text()).toBe('second');
  });
});

function aFile(text: string) {
  let content = Buffer.from(text);
  const writes: number[] = [];
  return {
    writes,
    text: () => content.toString(),
    stamp: () => Promise.resolve({ bytes: content.length, changedAt: 0 }),
    read: (offset: number, length: number) => Promise.resolve(content.subarray(offset, offset + length)),
    write: (offset: number, buffers: Buffer[]) => {
      writes.push(offset);
      const bytes = Buffer.concat(buffers);
      content = Buffer.concat([content.subarray(0, offset), bytes, content.subarray(offset + bytes.length)]);
      return Promise.resolve();
    },
    truncate: (bytes: number) => {
      content = content.subarray(0, bytes);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
