import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { chunkBytes } from './chunk-cipher.js';
import { ChunkVersions } from './chunk-versions.js';
import { DamagedEvidence } from './damaged-evidence.js';
import type { MasterKeys } from './master-keys.js';

export const headerBytes = 4096;

const magic = Buffer.from([0x89, 0x43, 0x52, 0x45, 0x56, 0x0d, 0x0a, 0x1a]);
const format = 1;
/** The key lies in the first sector, which never changes, so that no torn write of the state can lose it. */
const stateAt = 512;
const places = { format: 8, chunkShift: 9, fileId: 12, keyId: 28, nonce: 36, wrapped: 48, tag: 80, end: 96 };

/** What a file is known by for its whole life. */
export interface FileIdentity {
  fileId: Buffer;
  dataKey: Buffer;
  /** The first part of the header, as it lies. */
  prefix: Buffer;
}

/** What was true of a file when its header was written last. */
export interface FileState {
  /** Somebody writes, or died while writing: only the chunks say how long it is. */
  isOpen: boolean;
  bytes: number;
  versions: ChunkVersions;
}

/** A file and a key of its own. */
export function newIdentity(keys: MasterKeys): FileIdentity {
  const fileId = randomBytes(16);
  const dataKey = randomBytes(32);
  const prefix = Buffer.alloc(places.end);
  magic.copy(prefix);
  prefix.writeUInt8(format, places.format);
  prefix.writeUInt8(Math.log2(chunkBytes), places.chunkShift);
  fileId.copy(prefix, places.fileId);
  const { keyId, nonce, wrapped, tag } = keys.wrap(dataKey, contextIn(prefix));
  keyId.copy(prefix, places.keyId);
  nonce.copy(prefix, places.nonce);
  wrapped.copy(prefix, places.wrapped);
  tag.copy(prefix, places.tag);
  return { fileId, dataKey, prefix };
}

/** Null when a crash came before the header was written, so that there is nothing that could be read. */
export function readIdentity(header: Buffer, location: string, keys: MasterKeys): FileIdentity | null {
  if (header.length < places.end || header.subarray(0, places.end).every((byte) => byte === 0)) return null;
  if (!header.subarray(0, magic.length).equals(magic)) throw new DamagedEvidence(location, 'it has no header');
  const found = [header.readUInt8(places.format), header.readUInt8(places.chunkShift)];
  if (found[0] !== format || found[1] !== Math.log2(chunkBytes))
    throw new DamagedEvidence(location, `found format ${found.join('.')}; expected ${format}.${Math.log2(chunkBytes)}`);
  const prefix = Buffer.from(header.subarray(0, places.end));
  const dataKey = keys.unwrap(
    {
      keyId: prefix.subarray(places.keyId, places.nonce),
      nonce: prefix.subarray(places.nonce, places.wrapped),
      wrapped: prefix.subarray(places.wrapped, places.tag),
      tag: prefix.subarray(places.tag, places.end),
    },
    contextIn(prefix),
  );
  if (!dataKey) throw new DamagedEvidence(location, 'its key was changed or belongs to another file');
  return { fileId: prefix.subarray(places.fileId, places.keyId), dataKey, prefix };
}

/** The whole header. The state is bound to the place of the file, so that whole files cannot be exchanged either. */
export function encodeHeader(identity: FileIdentity, state: FileState, location: string): Buffer {
  const plain = Buffer.concat([Buffer.alloc(9), state.versions.encode()]);
  plain.writeUInt8(state.isOpen ? 1 : 0, 0);
  plain.writeBigUInt64BE(BigInt(state.bytes), 1);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', stateKey(identity), nonce).setAAD(bound(identity, location));
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const header = Buffer.alloc(headerBytes);
  identity.prefix.copy(header);
  nonce.copy(header, stateAt);
  header.writeUInt16BE(encrypted.length, stateAt + 12);
  encrypted.copy(header, stateAt + 14);
  cipher.getAuthTag().copy(header, stateAt + 14 + encrypted.length);
  return header;
}

/** Null when it was torn, changed, or is that of a file at another place. */
export function readState(identity: FileIdentity, header: Buffer, location: string): FileState | null {
  if (header.length < headerBytes) return null;
  const length = header.readUInt16BE(stateAt + 12);
  const begin = stateAt + 14;
  if (begin + length + 16 > headerBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', stateKey(identity), header.subarray(stateAt, stateAt + 12), {
    authTagLength: 16,
  })
    .setAAD(bound(identity, location))
    .setAuthTag(header.subarray(begin + length, begin + length + 16));
  try {
    const plain = Buffer.concat([decipher.update(header.subarray(begin, begin + length)), decipher.final()]);
    return {
      isOpen: plain.readUInt8(0) === 1,
      bytes: Number(plain.readBigUInt64BE(1)),
      versions: ChunkVersions.decode(plain.subarray(9)),
    };
  } catch {
    return null;
  }
}

function contextIn(prefix: Buffer): Buffer {
  return prefix.subarray(0, places.keyId);
}

function stateKey({ dataKey }: FileIdentity): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, Buffer.alloc(0), 'caserelay evidence state', 32));
}

function bound({ fileId }: FileIdentity, location: string): Buffer {
  return Buffer.concat([fileId, Buffer.from(location, 'utf8')]);
}
