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
    await mkdir(join(this.folder, incoming), { recursive: true, mode: folderMode });
    for (const name of await readdir(join(this.folder, incoming))) {
      const path = join(this.folder, incoming, name);
      // Another instance may be writing to a younger one.
      if (Date.now() - (await stat(path).catch(() => ({ mtimeMs: Infinity }))).mtimeMs > 3_600_000)
        await rm(path, { force: true });
    }
  }

  /** Keeps a mail while it comes in; null when it is too large. Reads the stream to its end in any case. */
  async keepMail(mail: AsyncIterable<Uint8Array> & { sizeExceeded: boolean }): Promise<Kept | null> {
    return await this.keep(
      mail,
      (sha256) => `mails/${sha256}.eml`,
      () => mail.sizeExceeded,
    );
  }

  async keepAttachment(content: Uint8Array, name: string): Promise<Kept> {
    const kept = await this.keep([content], (sha256) => `attachments/${sha256}/${safeFileName(name)}`);
    if (kept === null) throw new Error(`attachment ${name} was not kept`);
    return kept;
  }

  pathOf(location: string): string {
    return join(this.folder, location);
  }

  private async keep(
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    locationOf: (sha256: string) => string,
    isTooLarge: () => boolean = () => false,
  ): Promise<Kept | null> {
    const part = join(this.folder, incoming, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    let file: FileHandle | null = null;
    let fault: Error | null = null;
    try {
      try {
        file = await open(part, 'wx', fileMode);
      } catch (error) {
        fault = faultOf(error);
      }
      for await (const chunk of content) {
        if (fault !== null || isTooLarge()) continue;
        try {
          await file?.write(chunk);
          hash.update(chunk);
          bytes += chunk.length;
        } catch (error) {
          fault = faultOf(error);
        }
      }
      if (fault !== null) throw fault;
      await file?.sync();
    } catch (error) {
      await file?.close();
      await rm(part, { force: true });
      throw error;
    }
    await file?.close();
    if (isTooLarge()) {
      await rm(part, { force: true });
      return null;
    }
    const sha256 = hash.digest('hex');
    const location = locationOf(sha256);
    const path = join(this.folder, location);
    await mkdir(dirname(path), { recursive: true, mode: folderMode });
    await rename(part, path);
    await syncFolder(dirname(path));
    return { sha256, bytes, location };
  }
}

const incoming = 'incoming';
/** Mails are nobody else's business on this machine; the group may read, for backups. */
const folderMode = 0o750;
const fileMode = 0o640;

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

function faultOf(cause: unknown): Error {
  return new Error('the evidence store cannot be written to', { cause });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}
