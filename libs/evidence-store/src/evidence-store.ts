import { randomInt, randomUUID } from 'node:crypto';
import type { BackendFile, Room, StorageBackend } from './backend.js';
import { ChunkVersions } from './chunk-versions.js';
import { EncryptedFile } from './encrypted-file.js';
import { EncryptedReader, sizeOf } from './encrypted-reader.js';
import type { Draft, EvidenceFile } from './evidence-file.js';
import { newIdentity, readIdentity, type FileIdentity } from './file-header.js';
import { FolderBackend, FolderPaths, incoming, locationOf, type Listed } from './folder-backend.js';
import type { MasterKeys } from './master-keys.js';
import { PlainFolder } from './plain-folder.js';

export interface StoreParts {
  /** Where encrypted files lie: what is new in the first, older ones in the others. */
  backends: readonly [StorageBackend, ...StorageBackend[]];
  /** Null where nothing is encrypted. */
  keys: MasterKeys | null;
  /** Where files lie as they are; null where there are none. */
  plain: PlainFolder | null;
  /** Files of earlier times that lie as they are are not believed. */
  refusesPlain: boolean;
  /** Where files lie, if other processes of this machine can read them there. */
  folder: string | null;
}

/** How long a part of a chunk waits for the rest of it. */
const persistMilliseconds = 100;
const copyBytes = 1024 * 1024;

/** Evidence was asked for that lies as it is, although all of it should be encrypted. */
export class PlainEvidence extends Error {
  override readonly name = 'PlainEvidence';

  constructor(location: string) {
    super(
      `the evidence at ${location} is not encrypted, and EVIDENCE_PLAIN_FILES=refuse says that nothing of that kind is believed`,
    );
  }
}

/** Raw mails, uploads and reports. Locations are relative, with forward slashes. */
export class EvidenceStore {
  constructor(private readonly parts: StoreParts) {}

  /** A new empty file. */
  async create(location: string): Promise<EvidenceFile> {
    const { backends, keys, plain } = this.parts;
    if (keys) return writable(await begin(await backends[0].create(location), keys, location, persistMilliseconds));
    return await plainOf(plain).create(location);
  }

  /** A new file with all of its content; resolves when it survives a crash of the machine. For small ones. */
  async keep(location: string, content: Buffer): Promise<void> {
    const { backends, keys, plain } = this.parts;
    if (keys) {
      const file = await backends[0].create(location);
      return await orClose(file, () => EncryptedFile.keep(file, newIdentity(keys), location, content));
    }
    const file = await plainOf(plain).create(location);
    try {
      if (content.length > 0) await file.write([content], 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async openForWriting(location: string): Promise<EvidenceFile> {
    const { plain } = this.parts;
    const file = await this.encrypted(location, 'write');
    if (file)
      return await orClose(file, async () => {
        const identity = readIdentity(await file.readHeader(), location, this.keys(location));
        return writable(await goOn(file, identity, location, this.keys(location)));
      });
    const old = await plain?.open(location, 'write');
    return this.believed(old ?? absent(location), location);
  }

  async openForReading(location: string): Promise<EvidenceFile> {
    return (await this.openIfThere(location)) ?? absent(location);
  }

  /** As `openForReading`; null when there is no such file. */
  async openIfThere(location: string): Promise<EvidenceFile | null> {
    const { plain } = this.parts;
    const file = await this.encrypted(location, 'read');
    if (file) return await this.reading(file, location);
    const old = await plain?.open(location, 'read');
    return old ? this.believed(readOnly(old), location) : null;
  }

  /** Copies a file to a new location; shares the blocks where the file system can. */
  async copy(from: string, to: string): Promise<void> {
    const { backends, keys, plain } = this.parts;
    if (await backends[0].copy(from, to)) return await this.forkCopy(from, to);
    if (!keys) return (await plainOf(plain).copy(from, to)) ? undefined : absent(from);
    const source = await this.openForReading(from);
    try {
      const target = await this.create(to);
      try {
        await copyAll(source, target);
        await target.sync();
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  }

  /** Bytes of a file; 0 when it is not there. Of one that a crash has torn so much can be gone on with. */
  async size(location: string): Promise<number> {
    return (await this.sizeIfThere(location)) ?? 0;
  }

  async sizeIfThere(location: string): Promise<number | null> {
    const { plain } = this.parts;
    const file = await this.encrypted(location, 'read');
    if (file)
      return await orClose(file, async () => {
        const identity = readIdentity(await file.readHeader(), location, this.keys(location));
        const bytes = identity ? await sizeOf(file, identity, location) : 0;
        await file.close();
        return bytes;
      });
    const old = await plain?.open(location, 'read');
    if (!old) return null;
    return await old.size().finally(() => old.close());
  }

  /** A file of which the place is known only when it is whole, or that takes the place of another one. */
  async draft(): Promise<Draft> {
    const { backends, keys, plain } = this.parts;
    const [backend] = backends;
    const location = `${incoming}/${randomUUID()}`;
    if (!keys) return plainDraft(plainOf(plain), location, await plainOf(plain).create(location));
    const file = await begin(await backend.create(location), keys, location, null);
    return {
      write: (piece) => file.write([Buffer.from(piece)], file.size),
      keepAs: async (target) => {
        await file.syncFor(target);
        await file.discard();
        await backend.move(location, target);
        await plain?.remove(target);
      },
      discard: async () => {
        await file.discard();
        await backend.remove(location);
      },
    };
  }

  /** What lies in a folder of this machine; of a bucket nothing is told. */
  async list(folder: string): Promise<Listed> {
    if (this.parts.folder === null) return { folders: [], files: [] };
    const { folders, files } = await new FolderPaths(this.parts.folder).list(folder);
    return { folders, files: files.map(({ location, changedAt }) => ({ location: locationOf(location), changedAt })) };
  }

  /** Resolves when nothing of the file is left, and that survives a crash; also when there was nothing. */
  async remove(location: string): Promise<void> {
    await this.parts.plain?.remove(location);
    for (const backend of this.parts.backends) await backend.remove(location);
  }

  /** Throws away drafts of somebody who died. */
  async removeAbandonedDrafts(olderThanMilliseconds: number): Promise<void> {
    for (const backend of this.parts.backends) await backend.removeAbandonedDrafts(olderThanMilliseconds);
  }

  /** Brings to its place what an earlier life of the one who writes here has left on this machine. */
  async settleAbandoned(olderThanMilliseconds: number): Promise<void> {
    for (const backend of this.parts.backends) await backend.settleAbandoned(olderThanMilliseconds);
  }

  /** How much room there is. */
  async room(): Promise<Room> {
    return await this.parts.backends[0].room();
  }

  /** What another process needs to read this one file, and nothing else; null where only this one can. */
  async ticketFor(location: string): Promise<ReadingTicket | null> {
    const { plain, folder } = this.parts;
    if (folder === null) return null;
    const file = await this.encrypted(location, 'read');
    if (file) {
      const identity = await readIdentityOf(file, location, this.keys(location)).finally(() => file.close());
      return { folder, location, identity };
    }
    const old = (await plain?.open(location, 'read')) ?? absent(location);
    await old.close();
    return this.believed({ folder, location, identity: 'plain' }, location);
  }

  private async encrypted(location: string, access: 'read' | 'write'): Promise<BackendFile | null> {
    for (const backend of this.parts.backends) {
      const file = await backend.open(location, access);
      if (file) return file;
    }
    return null;
  }

  private async reading(file: BackendFile, location: string): Promise<EvidenceFile> {
    return await orClose(file, async () => {
      const identity = readIdentity(await file.readHeader(), location, this.keys(location));
      if (identity) return readable(await EncryptedReader.open(file, identity, location));
      await file.close();
      return nothing;
    });
  }

  private async forkCopy(from: string, to: string): Promise<void> {
    const file = (await this.parts.backends[0].open(to, 'write')) ?? absent(to);
    const identity = await readIdentityOf(file, from, this.keys(from));
    const copy = await EncryptedFile.goOn(file, identity, from, null);
    try {
      await copy.fork(randomInt(2 ** 20, 2 ** 31));
      await copy.syncFor(to);
    } finally {
      await copy.discard();
    }
  }

  private keys(location: string): MasterKeys {
    if (this.parts.keys) return this.parts.keys;
    throw new Error(
      `the evidence at ${location} is encrypted, but EVIDENCE_KEY is none; set the key that it was kept with`,
    );
  }

  private believed<Found>(found: Found, location: string): Found {
    if (this.parts.refusesPlain) throw new PlainEvidence(location);
    return found;
  }
}

/** Lets another process read one file of a folder, and none beside it: it holds the key of that file alone. */
export interface ReadingTicket {
  folder: string;
  location: string;
  identity: FileIdentity | 'plain';
}

/** Opens the file of a ticket. */
export async function openByTicket({ folder, location, identity }: ReadingTicket): Promise<EvidenceFile> {
  if (identity === 'plain') return readOnly((await new PlainFolder(folder).open(location, 'read')) ?? absent(location));
  const file = (await new FolderBackend(folder).open(location, 'read')) ?? absent(location);
  // Between processes buffers become plain arrays of bytes.
  const { fileId, dataKey, prefix } = identity;
  const known = { fileId: Buffer.from(fileId), dataKey: Buffer.from(dataKey), prefix: Buffer.from(prefix) };
  return await orClose(file, async () => readable(await EncryptedReader.open(file, known, location)));
}

async function begin(
  file: BackendFile,
  keys: MasterKeys,
  location: string,
  persistAfter: number | null,
): Promise<EncryptedFile> {
  return await orClose(file, () => {
    const beginning = { identity: newIdentity(keys), versions: ChunkVersions.ofNewFile() };
    return EncryptedFile.create(file, beginning, location, persistAfter);
  });
}

async function goOn(
  file: BackendFile,
  identity: FileIdentity | null,
  location: string,
  keys: MasterKeys,
): Promise<EncryptedFile> {
  if (identity) return await EncryptedFile.goOn(file, identity, location, persistMilliseconds);
  await file.truncate(0);
  return await begin(file, keys, location, persistMilliseconds);
}

async function readIdentityOf(file: BackendFile, location: string, keys: MasterKeys): Promise<FileIdentity> {
  const identity = readIdentity(await file.readHeader(), location, keys);
  if (!identity) throw new Error(`nothing was written to ${location} yet`);
  return identity;
}

async function orClose<Result>(file: BackendFile, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

function writable(file: EncryptedFile): EvidenceFile {
  return {
    write: (pieces, offset) => file.write(pieces, offset),
    read: (offset, length) => file.read(offset, length),
    size: () => Promise.resolve(file.size),
    truncate: (bytes) => file.truncate(bytes),
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

function readable(reader: EncryptedReader): EvidenceFile {
  return readOnly({
    read: (offset, length) => reader.read(offset, length),
    size: () => Promise.resolve(reader.size),
    close: () => reader.close(),
  });
}

const nothing: EvidenceFile = readOnly({
  read: () => Promise.resolve(Buffer.alloc(0)),
  size: () => Promise.resolve(0),
  close: () => Promise.resolve(),
});

function readOnly(file: Pick<EvidenceFile, 'read' | 'size' | 'close'>): EvidenceFile {
  const refuse = (): Promise<never> => Promise.reject(new Error('this evidence was opened for reading only'));
  return {
    read: (offset, length) => file.read(offset, length),
    size: () => file.size(),
    close: () => file.close(),
    write: refuse,
    truncate: refuse,
    sync: () => Promise.resolve(),
  };
}

function plainDraft(plain: PlainFolder, location: string, file: EvidenceFile): Draft {
  let bytes = 0;
  return {
    write: async (piece) => {
      await file.write([Buffer.from(piece)], bytes);
      bytes += piece.length;
    },
    keepAs: async (target) => {
      await file.sync();
      await file.close();
      await plain.move(location, target);
    },
    discard: async () => {
      await file.close();
      await plain.remove(location);
    },
  };
}

async function copyAll(source: EvidenceFile, target: EvidenceFile): Promise<void> {
  for (let at = 0; ;) {
    const bytes = await source.read(at, copyBytes);
    if (bytes.length === 0) return;
    await target.write([bytes], at);
    at += bytes.length;
  }
}

function plainOf(plain: PlainFolder | null): PlainFolder {
  if (plain) return plain;
  throw new Error('nothing is encrypted, and there is no folder for files as they are');
}

function absent(location: string): never {
  throw Object.assign(new Error(`ENOENT: there is no evidence at ${location}`), { code: 'ENOENT' });
}
