import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What was kept, and where in the evidence store. */
export interface Kept {
  sha256: string;
  bytes: number;
  location: string;
}

/** Keeps mails and attachments in the evidence store; what `keep` answers survives a crash of the machine. */
export class EvidenceFolder {
  constructor(private readonly folder: string) {}

  /** Throws away what was half written when the process died. */
  async open(): Promise<void> {
    await mkdir(join(this.folder, incoming), { recursive: true });
    for (const name of await readdir(join(this.folder, incoming))) {
      const path = join(this.folder, incoming, name);
      // Another instance may be writing to a younger one.
      if (Date.now() - (await stat(path).catch(() => ({ mtimeMs: Infinity }))).mtimeMs > 3_600_000)
        await rm(path, { force: true });
    }
  }

  /** Keeps a mail while it comes in. Reads the stream to its end even when it cannot be kept. */
  async keepMail(stream: AsyncIterable<Uint8Array>): Promise<Kept> {
    return await this.keep(stream, (sha256) => `mails/${sha256}.eml`);
  }

  async keepAttachment(content: Uint8Array, name: string): Promise<Kept> {
    return await this.keep([content], (sha256) => `attachments/${sha256}/${safeFileName(name)}`);
  }

  /** Throws a kept file away again. */
  async remove({ location }: Kept): Promise<void> {
    await rm(join(this.folder, location), { force: true });
  }

  pathOf(location: string): string {
    return join(this.folder, location);
  }

  private async keep(
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    locationOf: (sha256: string) => string,
  ): Promise<Kept> {
    const part = join(this.folder, incoming, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    let file: FileHandle | null = null;
    let fault: unknown = null;
    try {
      try {
        file = await open(part, 'wx');
      } catch (error) {
        fault = error;
      }
      for await (const chunk of content) {
        if (fault !== null) continue;
        try {
          await file?.write(chunk);
          hash.update(chunk);
          bytes += chunk.length;
        } catch (error) {
          fault = error;
        }
      }
      if (fault !== null) throw fault instanceof Error ? fault : new Error(String(fault));
      await file?.sync();
    } catch (error) {
      await file?.close();
      await rm(part, { force: true });
      throw error;
    }
    await file?.close();
    const sha256 = hash.digest('hex');
    const location = locationOf(sha256);
    const path = join(this.folder, location);
    await mkdir(dirname(path), { recursive: true });
    await rename(part, path);
    await syncFolder(dirname(path));
    return { sha256, bytes, location };
  }
}

const incoming = 'incoming';

/** A name that is one plain file name everywhere; what it said before stays in the mail. */
export function safeFileName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/^.*[/\\]/s, '')
    .replace(/[\p{C}<>:"|?*%]/gu, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const ending = /\.[\p{L}\p{N}]{1,12}$/u.exec(plain)?.[0] ?? '';
  const stem = [...plain.slice(0, plain.length - ending.length)].slice(0, 50).join('');
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(stem);
  return stem === '' || isDevice ? `attachment${ending}` : stem + ending;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}
