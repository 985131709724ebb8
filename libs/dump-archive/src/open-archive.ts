import { say, type ByteSource } from '@caserelay/crash-dump';
import { basename } from 'node:path';
import { Allowance } from './allowance.js';
import type { ArchiveMember, ArchivePart, Reading, ReadOptions } from './archive-part.js';
import { containerKind } from './container-kind.js';
import { openFile, type ArchiveFile } from './file-source.js';
import { readGzip } from './read-gzip.js';
import { readTar } from './read-tar.js';
import { readByProgram } from './read-by-program.js';
import { needsProgram, readZip } from './read-zip.js';

/** Enough to tell what a file is; the mark of tar lies 257 bytes in. */
const markBytes = 512;

/**
 * Reads the members of an archive one after another, and those of archives in it, believing no size that it states. A
 * member's `source` can be read until the next part is asked for.
 */
export async function* openArchive(archive: string | ByteSource, options: ReadOptions): AsyncGenerator<ArchivePart> {
  const file: ArchiveFile =
    typeof archive === 'string'
      ? await openFile(archive)
      : { source: archive, file: null, close: () => Promise.resolve() };
  try {
    const allowance = new Allowance(options, file.source.size);
    const archiveName = typeof archive === 'string' ? basename(archive) : (options.archiveName ?? '');
    yield* readNested(file, { ...options, allowance, archiveName }, 1);
  } finally {
    await file.close();
  }
}

async function* readNested(archive: ArchiveFile, reading: Reading, depth: number): AsyncGenerator<ArchivePart> {
  const needsWhole = (head: Uint8Array, name: string): boolean =>
    containerKind(head) !== null || reading.needsWhole(head, name);
  for await (const part of readContainer(archive, { ...reading, needsWhole })) {
    if (part.kind === 'member' && part.source !== null && containerKind(part.head) !== null) {
      yield* readMember(part, part.source, reading, depth);
    } else yield part;
  }
}

async function* readMember(
  member: ArchiveMember,
  source: ByteSource,
  reading: Reading,
  depth: number,
): AsyncGenerator<ArchivePart> {
  const { name, ending } = member;
  if (ending !== 'whole') yield { kind: 'trouble', reason: say('in-archive', { name, why: member.reason ?? ending }) };
  if (ending === 'too-large') return;
  const { maxDepth } = reading.allowance.limits;
  if (depth >= maxDepth) {
    const reason = say('too-deep', { depth, most: maxDepth });
    yield { ...member, ending: 'unreadable', reason, source: null };
    return;
  }
  const inner: ArchiveFile = { source, file: null, close: () => Promise.resolve() };
  // What is read inside is no progress in the archive itself, but a sign of life.
  const onRead = (): void => reading.onRead?.(0);
  const needsWhole = (head: Uint8Array, inside: string): boolean => reading.needsWhole(head, `${name}/${inside}`);
  for await (const part of readNested(inner, { ...reading, archiveName: name, onRead, needsWhole }, depth + 1)) {
    yield part.kind === 'member' ? { ...part, name: `${name}/${part.name}` } : part;
  }
}

async function* readContainer(archive: ArchiveFile, reading: Reading): AsyncGenerator<ArchivePart> {
  const view = await archive.source.read(0, markBytes);
  const kind = containerKind(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  switch (kind) {
    case 'zip':
      if (await needsProgram(archive.source)) yield* readByProgram('zip', archive, reading);
      else yield* readZip(archive.source, reading);
      return;
    case 'gzip':
      yield* readGzip(archive.source, reading);
      return;
    case 'tar':
      yield* readTar(archive.source, reading);
      return;
    case '7z':
    case 'rar4':
    case 'rar5':
    case 'cab':
    case 'xz':
    case 'bzip2':
    case 'zstd':
      yield* readByProgram(kind, archive, reading);
      return;
    case null:
      yield {
        kind: 'trouble',
        reason: say('no-known-archive'),
      };
  }
}
