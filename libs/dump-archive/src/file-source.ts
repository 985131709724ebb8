import type { ByteSource } from '@caserelay/crash-dump';
import { open, type FileHandle } from 'node:fs/promises';

/** A source over a file that is open; `size` is what it was when it was opened. */
export function fileSource(file: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      const from = Math.max(0, offset);
      const wanted = Math.max(0, Math.min(length, size - from));
      const bytes = Buffer.allocUnsafeSlow(wanted);
      let done = 0;
      // One call reads 2 GiB at most, and a file system may give less than was asked for.
      while (done < wanted) {
        const { bytesRead } = await file.read(bytes, done, wanted - done, from + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return new DataView(bytes.buffer, bytes.byteOffset, done);
    },
  };
}

/** A file to read an archive from. */
export interface ArchiveFile {
  source: ByteSource;
  /** The file itself, for programs that read it; null when the source is something else. */
  file: FileHandle | null;
  close(): Promise<void>;
}

/** Opens a file of the disk. */
export async function openFile(path: string): Promise<ArchiveFile> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  return { source: fileSource(file, size), file, close: () => file.close() };
}
