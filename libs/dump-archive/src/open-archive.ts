import type { ArchivePart, ReadOptions } from './archive-part.js';
import { readZip } from './read-zip.js';

/** Reads the members of an archive one after another, believing no size that it states. */
export function openArchive(path: string, options: ReadOptions): AsyncGenerator<ArchivePart> {
  return readZip(path, options);
}
