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

/**
 * What a reading process gets of the store: how to read one file, or why it must not. What lies elsewhere it asks for, as
 * it has no way to there.
 */
export type EvidencePass = ReadingTicket | { refused: string } | AskedEvidence;

export interface AskedEvidence {
  asked: string;
  size: number;
}

/** A pass, and where what is asked for comes from. */
export interface Passed {
  pass: EvidencePass;
  open: OpenEvidence | null;
}

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

  /** What another process needs to read this one file; what is open has to be closed. */
  async passFor(location: string): Promise<Passed> {
    const ticket = await unlessOutside(location, () => this.store.ticketFor(location));
    if (ticket !== null) return { pass: ticket, open: null };
    const file = await this.open(location);
    if ('refused' in file) return { pass: file, open: null };
    return { pass: { asked: file.name, size: file.source.size }, open: file };
  }
}

/** Opens the one file that a pass is for. */
export async function openByPass(
  pass: EvidencePass,
  ask: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<OpenEvidence | { refused: string }> {
  if ('refused' in pass) return pass;
  if ('asked' in pass) {
    const source = sourceOf({ read: ask }, pass.size);
    return { source, path: null, name: pass.asked, close: () => Promise.resolve() };
  }
  return await unlessOutside(pass.location, async () => {
    const path = pass.identity === 'plain' ? join(pass.folder, pass.location) : null;
    return await opened(await openByTicket(pass), pass.location, path);
  });
}

async function opened(file: EvidenceFile, location: string, path: string | null = null): Promise<OpenEvidence> {
  const source = sourceOf(file, await file.size());
  return { source, path, name: basename(location), close: () => file.close() };
}

function sourceOf(file: { read(offset: number, length: number): Promise<Uint8Array> }, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      const from = Math.max(0, offset);
      const bytes = await file.read(from, Math.max(0, Math.min(length, size - from)));
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
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
