import { streamOf, type Draft, type EvidenceStore } from '@caserelay/evidence-store';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** What was kept, and where in the evidence store. */
export interface Kept {
  sha256: string;
  bytes: number;
  location: string;
}

/** Keeps mails and attachments in the evidence store; what `keep` answers survives a crash of the machine. */
export class MailEvidence {
  constructor(private readonly store: EvidenceStore) {}

  /** Throws away what was half written when the process died. */
  async open(): Promise<void> {
    await this.store.removeAbandonedDrafts(3_600_000);
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
    const kept = await this.keep([content], (sha256) => locationOfAttachment(sha256, name));
    if (kept === null) throw new Error(`attachment ${name} was not kept`);
    return kept;
  }

  /** What was kept, from its beginning on. */
  async read(location: string): Promise<Readable> {
    return streamOf(await this.store.openForReading(location));
  }

  async isThere(location: string): Promise<boolean> {
    return (await this.store.sizeIfThere(location)) !== null;
  }

  /** Null when it is not there. */
  async size(location: string): Promise<number | null> {
    return await this.store.sizeIfThere(location);
  }

  /** Removes a file for good, also when the power fails next. */
  async remove(location: string): Promise<void> {
    await this.store.remove(location);
  }

  private async keep(
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    locationOf: (sha256: string) => string,
    isTooLarge: () => boolean = () => false,
  ): Promise<Kept | null> {
    const hash = createHash('sha256');
    let bytes = 0;
    let draft: Draft | null = null;
    let fault: Error | null = null;
    try {
      try {
        draft = await this.store.draft();
      } catch (error) {
        fault = faultOf(error);
      }
      for await (const chunk of content) {
        if (fault !== null || isTooLarge()) continue;
        try {
          await draft?.write(chunk);
          hash.update(chunk);
          bytes += chunk.length;
        } catch (error) {
          fault = faultOf(error);
        }
      }
      if (fault !== null) throw fault;
    } catch (error) {
      await draft?.discard();
      throw error;
    }
    if (isTooLarge()) {
      await draft?.discard();
      return null;
    }
    const sha256 = hash.digest('hex');
    const location = locationOf(sha256);
    await draft?.keepAs(location);
    return { sha256, bytes, location };
  }
}

/** Attachments of the same name and content lie at one place, whichever mails they came with. */
export function locationOfAttachment(sha256: string, name: string): string {
  return `attachments/${sha256}/${safeFileName(name)}`;
}

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
