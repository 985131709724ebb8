import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { folderSettings, openEvidenceStore } from '@caserelay/evidence-store';
import { MailEvidence, safeFileName } from './mail-evidence.js';

let folder: string;
let evidence: MailEvidence;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  const key = randomBytes(32).toString('hex');
  evidence = new MailEvidence(openEvidenceStore(folderSettings(folder, key)));
  await evidence.open();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function aStream(chunks: string[], { sizeExceeded = false, breaks = false } = {}) {
  return Object.assign(
    (async function* () {
      for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
      if (breaks) throw new Error('the sender went away');
    })(),
    { sizeExceeded },
  );
}

describe('evidence that comes by mail', () => {
  test('keeps a mail under the name of its content', async () => {
    const kept = await evidence.keepMail(aStream(['From: a', '@b.example']));
    expect(kept).toMatchObject({ bytes: 17, location: `mails/${kept?.sha256 ?? ''}.eml` });
    expect(await text(await evidence.read(kept?.location ?? ''))).toBe('From: a@b.example');
  });

  test('keeps mails and attachments from the eyes of others on the machine', async () => {
    const mail = await evidence.keepMail(aStream(['From: a@b.example']));
    const attachment = await evidence.keepAttachment(Buffer.from('x'), 'a.txt');
    for (const location of [mail?.location ?? '', attachment.location]) {
      const path = join(folder, `${location}.encrypted`);
      expect((await stat(path)).mode & 0o007).toBe(0);
      expect((await stat(dirname(path))).mode & 0o007).toBe(0);
    }
  });

  test('keeps nothing of a mail that is too large or breaks off', async () => {
    expect(await evidence.keepMail(aStream(['x'], { sizeExceeded: true }))).toBeNull();
    await expect(evidence.keepMail(aStream(['x'], { breaks: true }))).rejects.toThrow('the sender went away');
    expect(await readdir(folder)).toEqual(['incoming']);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  test('reads a mail that it cannot keep to its end, so that the sender hears the answer', async () => {
    await rm(join(folder, 'incoming'), { recursive: true });
    await writeFile(join(folder, 'incoming'), 'no folder');
    const stream = aStream(['one', 'two']);
    await expect(evidence.keepMail(stream)).rejects.toThrow('cannot be written to');
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('throws away what an earlier life left half written, but not what others write now', async () => {
    const old = new Date(Date.now() - 7_200_000);
    await writeFile(join(folder, 'incoming', 'old'), '');
    await utimes(join(folder, 'incoming', 'old'), old, old);
    await writeFile(join(folder, 'incoming', 'young'), '');
    await evidence.open();
    expect(await readdir(join(folder, 'incoming'))).toEqual(['young']);
  });
});

describe('a safe file name', () => {
  test.each([
    ['截图 1.png', '截图 1.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\MEMORY.DMP', 'MEMORY.DMP'],
    ['a\u0000b\u202Egpj.exe', 'a_b_gpj.exe'],
    ['..', 'attachment'],
    ['', 'attachment'],
    ['con', 'attachment'],
    ['a<b>|c?.txt', 'a_b__c_.txt'],
    [`${'长'.repeat(300)}.zip`, `${'长'.repeat(50)}.zip`],
  ])('of “%s” is “%s”', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });
});
