import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bodyBytesOf, chunkBytes as chunk, frameBytes } from './chunk-cipher.js';
import { evidenceConfig, folderSettings, openEvidenceStore } from './evidence-config.js';
import type { EvidenceStore } from './evidence-store.js';
import { headerBytes } from './file-header.js';
import { expectBytes } from './store-behaves.js';

const place = 'uploads/case/upload/MEMORY.DMP';
const other = 'uploads/case/other/MEMORY.DMP';
const key = randomBytes(32).toString('hex');
let folder: string;
let store: EvidenceStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  store = storeWith(key);
});
afterEach(() => rm(folder, { recursive: true }));

function storeWith(EVIDENCE_KEY: string, EVIDENCE_PLAIN_FILES: 'accept' | 'refuse' = 'accept'): EvidenceStore {
  return openEvidenceStore({ ...folderSettings(folder, EVIDENCE_KEY), EVIDENCE_PLAIN_FILES });
}

const pathOf = (location: string): string => join(folder, `${location}.encrypted`);
const frameAt = (index: number): number => headerBytes + index * frameBytes;

async function keep(location: string, content: Buffer): Promise<void> {
  const file = await store.create(location);
  await file.write([content], 0);
  await file.sync();
  await file.close();
}

async function contentOf(location: string, from = store): Promise<Buffer> {
  const file = await from.openForReading(location);
  try {
    return await file.read(0, await file.size());
  } finally {
    await file.close();
  }
}

/** Changes what lies on the disk behind the back of the store. */
async function change(location: string, work: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(pathOf(location), work(await readFile(pathOf(location))));
}

describe('encrypted evidence', () => {
  it('shows nothing of its content on the disk, nor its key', async () => {
    const content = Buffer.from('PAGEDU64 and a name: 陕西省煤田地质集团有限公司 '.repeat(5000));
    await keep(place, content);
    const names = await readdir(dirname(pathOf(place)));
    expect(names).toEqual(['MEMORY.DMP.encrypted']);
    const lying = await readFile(pathOf(place));
    for (const text of ['PAGEDU64', '陕西省', key]) expect(lying.includes(text)).toBe(false);
    expect(lying.includes(Buffer.from(key, 'hex'))).toBe(false);
    expect((await stat(pathOf(place))).mode & 0o007).toBe(0);
  });

  it('takes a tenth of a percent more than its content, and a header', async () => {
    await keep(place, randomBytes(20 * chunk));
    expect((await stat(pathOf(place))).size).toBe(headerBytes + bodyBytesOf(20 * chunk));
    expect(bodyBytesOf(2 ** 30) / 2 ** 30).toBeLessThan(1.001);
  });

  it('is never encrypted twice with one key and nonce, whatever is rewritten, resumed or copied', async () => {
    const seen = new Map<string, string>();
    const note = async (location: string): Promise<void> => {
      const lying = await readFile(pathOf(location));
      for (let at = headerBytes; at < lying.length; at += frameBytes) {
        const frame = lying.subarray(at, at + frameBytes);
        if (frame.subarray(0, 24).every((byte) => byte === 0)) continue;
        const nonce = frame.subarray(0, 24).toString('hex');
        const rest = frame.subarray(24).toString('hex');
        expect(seen.get(nonce) ?? rest).toBe(rest);
        seen.set(nonce, rest);
      }
    };
    await keep(place, randomBytes(2 * chunk + 10));
    await note(place);
    for (const [from, bytes] of [
      [2 * chunk + 10, 50],
      [0, chunk],
      [chunk + 5, 7],
      [4 * chunk, 1],
      [3 * chunk, chunk],
    ] as const) {
      const file = await store.openForWriting(place);
      await file.write([randomBytes(bytes)], from);
      await file.sync();
      await note(place);
      await file.write([randomBytes(bytes)], from);
      await file.truncate(from + bytes - 1);
      await file.sync();
      await note(place);
      await file.close();
    }
    await store.copy(place, other);
    await note(other);
    expect(seen.size).toBeGreaterThan(15);
  });

  describe('is found out to be damaged', () => {
    const content = randomBytes(4 * chunk + 1000);
    beforeEach(() => keep(place, content));

    it.each([
      ['a byte of a chunk', (bytes: Buffer) => flip(bytes, frameAt(2) + 1000)],
      ['a byte of a nonce', (bytes: Buffer) => flip(bytes, frameAt(1) + 20)],
      ['the length of a chunk', (bytes: Buffer) => flip(bytes, frameAt(1) + 31)],
      ['a tag', (bytes: Buffer) => flip(bytes, bytes.length - 1)],
      ['its state', (bytes: Buffer) => flip(bytes, 530)],
      ['its key', (bytes: Buffer) => flip(bytes, 60)],
      ['its mark', (bytes: Buffer) => flip(bytes, 0)],
      ['a chunk by zeros', (bytes: Buffer) => bytes.fill(0, frameAt(1), frameAt(2))],
      ['its end', (bytes: Buffer) => bytes.subarray(0, frameAt(4))],
      ['a part of its end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
      ['all but its header', (bytes: Buffer) => bytes.subarray(0, headerBytes)],
      [
        'the order of its chunks',
        (bytes: Buffer) =>
          Buffer.concat([
            bytes.subarray(0, frameAt(1)),
            bytes.subarray(frameAt(2), frameAt(3)),
            bytes.subarray(frameAt(1), frameAt(2)),
            bytes.subarray(frameAt(3)),
          ]),
      ],
      [
        'a chunk that was taken out',
        (bytes: Buffer) => Buffer.concat([bytes.subarray(0, frameAt(1)), bytes.subarray(frameAt(2))]),
      ],
    ])('when %s was changed', async (_, tamper) => {
      await change(place, tamper);
      await expect(contentOf(place)).rejects.toThrow(/is damaged/);
    });

    it('when a chunk comes from another file', async () => {
      await keep(other, content);
      const foreign = await readFile(pathOf(other));
      await change(place, (bytes) => {
        foreign.copy(bytes, frameAt(2), frameAt(2), frameAt(3));
        return bytes;
      });
      await expect(contentOf(place)).rejects.toThrow(/is damaged/);
    });

    it('when a whole file was put in place of it', async () => {
      await keep(other, content);
      await rename(pathOf(other), pathOf(place));
      await expect(contentOf(place)).rejects.toThrow(/is damaged/);
    });

    it('when a chunk is that of an earlier time', async () => {
      const earlier = await readFile(pathOf(place));
      const file = await store.openForWriting(place);
      await file.write([randomBytes(10)], 2 * chunk + 100);
      await file.close();
      await change(place, (bytes) => {
        earlier.copy(bytes, frameAt(2), frameAt(2), frameAt(3));
        return bytes;
      });
      await expect(contentOf(place)).rejects.toThrow(/another time/);
    });

    it('when a chunk is that of before the file was cut', async () => {
      const earlier = await readFile(pathOf(place));
      const file = await store.openForWriting(place);
      await file.truncate(100);
      await file.write([randomBytes(5 * chunk)], 100);
      await file.close();
      for (const index of [0, 1, 3]) {
        const now = await readFile(pathOf(place));
        await change(place, (bytes) => {
          earlier.copy(bytes, frameAt(index), frameAt(index), frameAt(index + 1));
          return bytes;
        });
        await expect(contentOf(place)).rejects.toThrow(/another time/);
        await writeFile(pathOf(place), now);
      }
    });

    it('when the end is the shorter one of an earlier time', async () => {
      const earlier = await readFile(pathOf(place));
      const file = await store.openForWriting(place);
      await file.write([randomBytes(500)], content.length);
      await file.close();
      await change(place, (bytes) => {
        earlier.copy(bytes, frameAt(4), frameAt(4));
        return bytes;
      });
      await expect(contentOf(place)).rejects.toThrow(/is damaged/);
    });

    it('when a chunk comes from another copy of it', async () => {
      const places = ['uploads/case/one/a', 'uploads/case/two/a'] as const;
      for (const copy of places) {
        await store.copy(place, copy);
        const file = await store.openForWriting(copy);
        await file.write([randomBytes(chunk)], content.length);
        await file.write([randomBytes(10)], 100);
        await file.close();
      }
      const foreign = await readFile(pathOf(places[0]));
      const mine = await readFile(pathOf(places[1]));
      for (const index of [0, 4]) {
        const mixed = Buffer.from(mine);
        foreign.copy(mixed, frameAt(index), frameAt(index), frameAt(index + 1));
        await writeFile(pathOf(places[1]), mixed);
        await expect(contentOf(places[1])).rejects.toThrow(/is damaged/);
      }
      await writeFile(pathOf(places[1]), mine);
      await contentOf(places[1]);
    });
  });

  describe('torn by a crash', () => {
    const content = randomBytes(3 * chunk + 20_000);

    it('is resumable wherever its file ends, and reads right up to there', async () => {
      const lost = await store.create(place);
      await lost.write([content.subarray(0, chunk + 40_000)], 0);
      await lost.read(0, 1);
      await lost.write([content.subarray(chunk + 40_000)], chunk + 40_000);
      await settled(content.length);
      const whole = await readFile(pathOf(place));
      const ends = [
        0,
        100,
        headerBytes,
        headerBytes + 30,
        frameAt(1) - 1,
        frameAt(1),
        frameAt(2) + 47,
        frameAt(3) - 16,
      ];
      for (const end of [...ends, frameAt(3) + 49, whole.length - 1, whole.length]) {
        await writeFile(pathOf(place), whole.subarray(0, end));
        const bytes = await store.size(place);
        expect(bytes).toBeGreaterThanOrEqual(Math.floor(Math.max(0, end - headerBytes) / frameBytes) * chunk);
        const file = await store.openForWriting(place);
        expect(await file.size()).toBe(bytes);
        expectBytes(await file.read(0, bytes), content.subarray(0, bytes));
        await file.write([content.subarray(bytes)], bytes);
        await file.sync();
        await file.close();
        expectBytes(await contentOf(place), content);
      }
    });

    it('while its last part was written over loses at most that part, and with what was kept aside nothing', async () => {
      const lost = await store.create(place);
      await lost.write([content.subarray(0, chunk + 1000)], 0);
      await settled(chunk + 1000);
      await lost.write([content.subarray(chunk + 1000, chunk + 5000)], chunk + 1000);
      await settled(chunk + 5000);
      await change(place, (bytes) => bytes.fill(7, frameAt(1) + 500, frameAt(1) + 2000));
      const redo = `${join(folder, place)}.encrypted.redo`;
      await copyFile(redo, `${redo}.kept`);
      await rm(redo);
      expect(await store.size(place)).toBe(chunk);
      await rename(`${redo}.kept`, redo);
      expect(await store.size(place)).toBe(chunk + 5000);
      const file = await store.openForWriting(place);
      expect(await file.size()).toBe(chunk + 5000);
      await file.write([content.subarray(chunk + 5000)], chunk + 5000);
      await file.close();
      expectBytes(await contentOf(place), content);
      expect(await readdir(dirname(pathOf(place)))).toEqual(['MEMORY.DMP.encrypted']);
    });

    it('behind a gap is cut at the gap', async () => {
      const lost = await store.create(place);
      await lost.write([content.subarray(0, chunk + 100)], 0);
      await lost.write([content.subarray(3 * chunk)], 3 * chunk);
      await settled(content.length);
      const file = await store.openForWriting(place);
      await file.truncate(chunk + 100);
      await file.write([content.subarray(chunk + 100)], chunk + 100);
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    it('after it was closed and cut short is gone on with where it ends', async () => {
      await keep(place, content);
      await truncate(pathOf(place), frameAt(2) + 100);
      await expect(contentOf(place)).rejects.toThrow(/was cut/);
      expect(await store.size(place)).toBe(2 * chunk);
      const file = await store.openForWriting(place);
      await file.write([content.subarray(2 * chunk)], 2 * chunk);
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    async function settled(bytes: number): Promise<void> {
      const end = performance.now() + 10_000;
      while ((await store.size(place)) !== bytes)
        if (performance.now() > end) throw new Error(`not ${bytes} bytes within 10 s`);
    }
  });

  describe('and evidence of earlier times that lies as it is', () => {
    const content = randomBytes(chunk + 5);
    beforeEach(async () => {
      const file = await storeWith('none').create(place);
      await file.write([content], 0);
      await file.close();
    });

    it('is read, gone on with, and encrypted when it is copied or kept anew', async () => {
      expectBytes(await contentOf(place), content);
      const file = await store.openForWriting(place);
      await file.write([Buffer.from('more')], content.length);
      await file.close();
      expect(await store.size(place)).toBe(content.length + 4);
      await store.copy(place, other);
      expectBytes(await contentOf(other), Buffer.concat([content, Buffer.from('more')]));
      expect(await readdir(dirname(pathOf(other)))).toEqual(['MEMORY.DMP.encrypted']);
      const draft = await store.draft();
      await draft.write(Buffer.from('anew'));
      await draft.keepAs(place);
      expect(await readdir(dirname(pathOf(place)))).toEqual(['MEMORY.DMP.encrypted']);
      expect((await contentOf(place)).toString()).toBe('anew');
    });

    it('is not believed where the settings say so', async () => {
      const strict = storeWith(key, 'refuse');
      await expect(strict.openForReading(place)).rejects.toThrow(/EVIDENCE_PLAIN_FILES=refuse/);
      await keep(other, content);
      expectBytes(await contentOf(other, strict), content);
    });

    it('is removed', async () => {
      await store.remove(place);
      expect(await store.sizeIfThere(place)).toBeNull();
    });
  });

  describe('and its keys', () => {
    it('change: new evidence takes the first, older evidence is read with the others', async () => {
      await keep(place, Buffer.from('old'));
      const next = randomBytes(32).toString('base64url');
      const rotated = storeWith(parsed(`${next}, ${key}`));
      expect((await contentOf(place, rotated)).toString()).toBe('old');
      store = rotated;
      await keep(other, Buffer.from('new'));
      expect((await contentOf(other, storeWith(parsed(next)))).toString()).toBe('new');
      await expect(contentOf(other, storeWith(key))).rejects.toThrow(/known are [0-9a-f]{16}; add it to EVIDENCE_KEY/);
    });

    it('are missed where evidence is encrypted and none are set', async () => {
      await keep(place, Buffer.from('old'));
      await expect(contentOf(place, storeWith('none'))).rejects.toThrow(/EVIDENCE_KEY is none/);
    });

    it('come from a file', async () => {
      const path = join(folder, 'keys');
      const keys = [randomBytes(32), randomBytes(32)];
      await writeFile(path, `${keys[0]?.toString('base64') ?? ''}\n${keys[1]?.toString('hex') ?? ''}\n`);
      expect(parsed(`file:${path}`)).toBe(keys.map((one) => one.toString('hex')).join(','));
    });

    it.each([
      ['short', /found 5 characters/],
      ['file:/nowhere/at-all', /ENOENT/],
      [`${randomBytes(32).toString('hex')},x`, /found 1 characters/],
      [',', /there is no key/],
    ])('that are %j are refused with what is expected', (text, why) => {
      const outcome = evidenceConfig.EVIDENCE_KEY.safeParse(text);
      expect(outcome.error?.issues[0]?.message).toMatch(why);
      expect(outcome.error?.issues[0]?.message).toMatch(/keys of 32 bytes/);
    });

    function parsed(text: string): string {
      return evidenceConfig.EVIDENCE_KEY.parse(text);
    }
  });

  it('does not follow links out of the store', async () => {
    await keep(place, Buffer.from('x'));
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(folder, 'uploads/case/link'));
    await symlink('/etc', join(folder, 'uploads/etc'));
    await symlink(pathOf(place), join(folder, 'uploads/case/link2.encrypted'));
    for (const location of ['uploads/case/link', 'uploads/etc/passwd', 'uploads/case/link2', 'uploads/case'])
      await expect(store.openForReading(location)).rejects.toThrow(/evidence store/);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}
