import { say, type ByteSource } from '@caserelay/crash-dump';
import { OutsideStore, openByTicket, type EvidenceFile, type EvidenceStore } from '@caserelay/evidence-store';
import type { ReadingTicket } from '@caserelay/evidence-store';
import { basename, join } from 'node:path';

/** A file of the evidence store, open for reading. */
export interface OpenEvidence {
  source: ByteSource;
  /** Where it lies as it is, for programs that read it; null where it is encrypted. */
  path: string | null;
  /** What it is called in the store. */
  name: string;
  close(): Promise<void>;
}

/** What a reading process gets of the store: how to read one file, or why it must not. */
export type EvidencePass = ReadingTicket | { refused: string };

/** Uploads in the evidence store. They are only read here. */
export class UploadedEvidence {
  constructor(private readonly store: EvidenceStore) {}

  /** Opens a file by its place in the store; says why it must not be opened when that place is outside. */
  open(location: string): Promise<OpenEvidence | { refused: string }> {
    return unlessOutside(location, async () => await opened(await this.store.openForReading(location), location));
  }

  /** As `open`; null when there is no such file. */
  openIfThere(location: string): Promise<OpenEvidence | { refused: string } | null> {
    return unlessOutside(location, async () => {
      const file = await this.store.openIfThere(location);
      return file && (await opened(file, location));
    });
  }

  /** How large a file is; 0 when it must not be opened. */
  async bytesOf(location: string): Promise<number> {
    const bytes = await unlessOutside(location, () => this.store.size(location));
    return typeof bytes === 'number' ? bytes : 0;
  }

  /** What another process needs to read this one file. */
  passFor(location: string): Promise<EvidencePass> {
    return unlessOutside(location, () => this.store.ticketFor(location));
  }
}

/** Opens the one file that a pass is for. */
export async function openByPass(pass: EvidencePass): Promise<OpenEvidence | { refused: string }> {
  if ('refused' in pass) return pass;
  return await unlessOutside(pass.location, async () => {
    const path = pass.identity === 'plain' ? join(pass.folder, pass.location) : null;
    return await opened(await openByTicket(pass), pass.location, path);
  });
}

async function opened(file: EvidenceFile, location: string, path: string | null = null): Promise<OpenEvidence> {
  const size = await file.size();
  const source: ByteSource = {
    size,
    async read(offset, length) {
      const from = Math.max(0, offset);
      const bytes = await file.read(from, Math.max(0, Math.min(length, size - from)));
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
  return { source, path, name: basename(location), close: () => file.close() };
}

async function unlessOutside<Found>(
  location: string,
  work: () => Promise<Found>,
): Promise<Found | { refused: string }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutsideStore) return { refused: say('outside-store', { location }) };
    throw error;
  }
}
