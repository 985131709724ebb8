import { say, type ByteSource } from '@caserelay/crash-dump';
import { fileSource } from '@caserelay/dump-archive';
import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/** A file of the evidence store, open for reading. */
export interface OpenEvidence {
  source: ByteSource;
  /** Where it lies, for readers that open it themselves. */
  path: string;
  close(): Promise<void>;
}

/** The folder in which uploads lie. It is only read here. */
export class EvidenceStore {
  constructor(private readonly folder: string) {}

  /** Opens a file by its place in the store; says why it must not be opened when that place is outside. */
  async open(location: string): Promise<OpenEvidence | { refused: string }> {
    const root = await realpath(this.folder);
    const wanted = resolve(root, location);
    if (location.includes('\0') || !isBelow(root, wanted)) return { refused: outside(location) };
    const path = await realpath(wanted);
    if (!isBelow(root, path)) return { refused: outside(location) };
    const file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) {
      await file.close();
      return { refused: say('no-file', { location }) };
    }
    return { source: fileSource(file, stat.size), path, close: () => file.close() };
  }

  /** How large a file is; 0 when it must not be opened. */
  async bytesOf(location: string): Promise<number> {
    const opened = await this.open(location);
    if ('refused' in opened) return 0;
    await opened.close();
    return opened.source.size;
  }

  /** As `open`; null when there is no such file. */
  async openIfThere(location: string): Promise<OpenEvidence | { refused: string } | null> {
    try {
      return await this.open(location);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }
}

function isBelow(root: string, path: string): boolean {
  return path.startsWith(root + sep);
}

function outside(location: string): string {
  return say('outside-store', { location });
}
