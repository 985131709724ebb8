/**
 * The wire format of SFTP version 3, as OpenSSH speaks it.
 * Source: https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02 and OpenSSH's PROTOCOL file.
 */
export const status = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;
export type Status = (typeof status)[keyof typeof status];

export const openFlags = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

const attributeFlags = { size: 1, owner: 2, mode: 4, times: 8, extended: 0x80000000 } as const;

export interface Attributes {
  readonly size?: number;
  readonly mode?: number;
  readonly owner?: number;
  readonly modifiedAt?: Date;
}

/** What a client says of a file, as far as it is heeded here; null where it says nothing. */
export interface SetAttributes {
  readonly size: number | null;
  readonly modifiedAt: Date | null;
}

/** What a client asks. A handle that we never gave is -1. */
export type Request =
  | { kind: 'init'; version: number }
  | ({ kind: 'open'; id: number; path: Buffer; flags: number } & SetAttributes)
  | { kind: 'close' | 'fstat' | 'readdir' | 'fsync'; id: number; handle: number }
  | { kind: 'read'; id: number; handle: number; offset: number; length: number }
  | { kind: 'write'; id: number; handle: number; offset: number; buffers: Buffer[]; length: number }
  | {
      kind: 'stat' | 'opendir' | 'remove' | 'mkdir' | 'rmdir' | 'realpath' | 'statvfs';
      id: number;
      path: Buffer;
    }
  | ({ kind: 'setstat'; id: number; path: Buffer } & SetAttributes)
  | ({ kind: 'fsetstat'; id: number; handle: number } & SetAttributes)
  | { kind: 'rename'; id: number; from: Buffer; to: Buffer; replace: boolean }
  | { kind: 'limits' | 'unsupported'; id: number };

/** A packet that cannot be what a client means; the channel is closed. */
export class BadPacket extends Error {
  override readonly name = 'BadPacket';
}

/** Three chunks of the evidence store, so that a client that sends as much as it may leaves none of them for later. */
export const mostDataBytes = 192 * 1024;
export const mostPacketBytes = 256 * 1024;
/** Type, id, handle, offset and length before the data of a WRITE with a handle of four bytes. */
const writeHeaderBytes = 25;

/**
 * Cuts the stream of a channel into requests. The data of WRITE packets are handed on as slices of the stream, without
 * a copy. Throws BadPacket; nothing may be pushed after that.
 */
export class RequestReader {
  private readonly lengthBytes = Buffer.alloc(4);
  private lengthGot = 0;
  private needed = 0;
  private got = 0;
  private parts: Buffer[] = [];
  private writing: { request: Extract<Request, { kind: 'write' }>; left: number } | null = null;

  constructor(private readonly take: (request: Request) => void) {}

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.writing) at = this.pushData(chunk, at);
      else if (this.lengthGot < 4) at = this.pushLength(chunk, at);
      else at = this.startWrite(chunk, at) ?? this.pushBody(chunk, at);
    }
  }

  private pushLength(chunk: Buffer, at: number): number {
    const take = Math.min(4 - this.lengthGot, chunk.length - at);
    chunk.copy(this.lengthBytes, this.lengthGot, at, at + take);
    this.lengthGot += take;
    if (this.lengthGot === 4) {
      this.needed = this.lengthBytes.readUInt32BE(0);
      this.got = 0;
      this.parts = [];
      if (this.needed === 0 || this.needed > mostPacketBytes)
        throw new BadPacket(`a packet says that it has ${this.needed} bytes; 1 to ${mostPacketBytes} are possible`);
    }
    return at + take;
  }

  /** The usual WRITE: its header lies whole in this chunk, so its data need not be gathered first. */
  private startWrite(chunk: Buffer, at: number): number | null {
    if (this.got > 0 || chunk.length - at < writeHeaderBytes || chunk[at] !== 6 || chunk.readUInt32BE(at + 5) !== 4)
      return null;
    const length = chunk.readUInt32BE(at + 21);
    if (length === 0 || writeHeaderBytes + length !== this.needed) return null;
    this.writing = {
      request: {
        kind: 'write',
        id: chunk.readUInt32BE(at + 1),
        handle: chunk.readUInt32BE(at + 9),
        offset: offsetOf(chunk.readBigUInt64BE(at + 13)),
        buffers: [],
        length,
      },
      left: length,
    };
    this.lengthGot = 0;
    return at + writeHeaderBytes;
  }

  private pushData(chunk: Buffer, at: number): number {
    const writing = this.writing as NonNullable<typeof this.writing>;
    const take = Math.min(writing.left, chunk.length - at);
    writing.request.buffers.push(chunk.subarray(at, at + take));
    writing.left -= take;
    if (writing.left === 0) {
      this.writing = null;
      this.take(writing.request);
    }
    return at + take;
  }

  private pushBody(chunk: Buffer, at: number): number {
    const take = Math.min(this.needed - this.got, chunk.length - at);
    this.parts.push(chunk.subarray(at, at + take));
    this.got += take;
    if (this.got === this.needed) {
      const packet = Buffer.concat(this.parts);
      this.parts = [];
      this.lengthGot = 0;
      this.take(decode(packet));
    }
    return at + take;
  }
}

/** Reads one packet without its length. */
export function decode(packet: Buffer): Request {
  const fields = new Fields(packet);
  const type = fields.byte();
  if (type === 1) return { kind: 'init', version: fields.uint32() };
  const id = fields.uint32();
  switch (type) {
    case 3:
      return { kind: 'open', id, path: fields.bytes(), flags: fields.uint32(), ...fields.attributes() };
    case 4:
      return { kind: 'close', id, handle: fields.handle() };
    case 5:
      return { kind: 'read', id, handle: fields.handle(), offset: fields.offset(), length: fields.uint32() };
    case 6: {
      const [handle, offset, data] = [fields.handle(), fields.offset(), fields.bytes()];
      return { kind: 'write', id, handle, offset, buffers: [data], length: data.length };
    }
    case 8:
      return { kind: 'fstat', id, handle: fields.handle() };
    case 9:
      return { kind: 'setstat', id, path: fields.bytes(), ...fields.attributes() };
    case 10:
      return { kind: 'fsetstat', id, handle: fields.handle(), ...fields.attributes() };
    case 11:
      return { kind: 'opendir', id, path: fields.bytes() };
    case 12:
      return { kind: 'readdir', id, handle: fields.handle() };
    case 13:
      return { kind: 'remove', id, path: fields.bytes() };
    case 14:
      return { kind: 'mkdir', id, path: fields.bytes() };
    case 15:
      return { kind: 'rmdir', id, path: fields.bytes() };
    case 16:
      return { kind: 'realpath', id, path: fields.bytes() };
    // There are no links here: LSTAT and STAT are the same.
    case 7:
    case 17:
      return { kind: 'stat', id, path: fields.bytes() };
    case 18:
      return { kind: 'rename', id, from: fields.bytes(), to: fields.bytes(), replace: false };
    case 200:
      return extended(id, fields);
    default:
      return { kind: 'unsupported', id };
  }
}

function extended(id: number, fields: Fields): Request {
  switch (fields.bytes().toString('latin1')) {
    case 'posix-rename@openssh.com':
      return { kind: 'rename', id, from: fields.bytes(), to: fields.bytes(), replace: true };
    case 'fsync@openssh.com':
      return { kind: 'fsync', id, handle: fields.handle() };
    case 'statvfs@openssh.com':
      return { kind: 'statvfs', id, path: fields.bytes() };
    case 'limits@openssh.com':
      return { kind: 'limits', id };
    default:
      return { kind: 'unsupported', id };
  }
}

class Fields {
  private at = 0;
  constructor(private readonly packet: Buffer) {}

  byte(): number {
    return this.packet.readUInt8(this.advance(1));
  }
  uint32(): number {
    return this.packet.readUInt32BE(this.advance(4));
  }
  offset(): number {
    return offsetOf(this.packet.readBigUInt64BE(this.advance(8)));
  }
  bytes(): Buffer {
    const length = this.uint32();
    const at = this.advance(length);
    return this.packet.subarray(at, at + length);
  }
  handle(): number {
    const bytes = this.bytes();
    return bytes.length === 4 ? bytes.readUInt32BE(0) : -1;
  }
  /** All attributes, read to their end; modes, owners and what clients made up are passed over. */
  attributes(): SetAttributes {
    const flags = this.uint32();
    const size = (flags & attributeFlags.size) === 0 ? null : this.offset();
    if ((flags & attributeFlags.owner) !== 0) this.advance(8);
    if ((flags & attributeFlags.mode) !== 0) this.advance(4);
    const modifiedAt = (flags & attributeFlags.times) === 0 ? null : this.modifiedAt();
    if ((flags & attributeFlags.extended) !== 0)
      for (let left = this.uint32(); left > 0; left -= 1) {
        this.bytes();
        this.bytes();
      }
    return { size, modifiedAt };
  }

  /** Of both times, the one of reading first. What has the highest bit set is a time before 1970, or nonsense. */
  private modifiedAt(): Date | null {
    this.advance(4);
    const seconds = this.uint32();
    return seconds < 2 ** 31 ? new Date(seconds * 1000) : null;
  }

  private advance(bytes: number): number {
    const at = this.at;
    if (at + bytes > this.packet.length)
      throw new BadPacket(
        `a packet of type ${this.packet[0]} ends after ${this.packet.length} bytes; ${at + bytes} are needed`,
      );
    this.at = at + bytes;
    return at;
  }
}

function offsetOf(value: bigint): number {
  if (value > 2n ** 50n) throw new BadPacket(`a place in a file is given as byte ${value}; at most 2^50 is possible`);
  return Number(value);
}

const idOfReply = 5;

export const reply = {
  version(): Buffer {
    const extensions = [
      ['posix-rename@openssh.com', '1'],
      ['statvfs@openssh.com', '2'],
      ['fsync@openssh.com', '1'],
      ['limits@openssh.com', '1'],
    ];
    return packet(2, uint32(3), ...extensions.flat().map(text));
  },
  /** Most replies by far are these: one for every WRITE. */
  ok(id: number): Buffer {
    const bytes = Buffer.from(okReply);
    bytes.writeUInt32BE(id, idOfReply);
    return bytes;
  },
  status(id: number, code: Status, message = ''): Buffer {
    return packet(101, uint32(id), uint32(code), text(message), text(''));
  },
  handle(id: number, handle: number): Buffer {
    return packet(102, uint32(id), uint32(4), uint32(handle));
  },
  data(id: number, data: Buffer): Buffer {
    return packet(103, uint32(id), uint32(data.length), data);
  },
  names(id: number, names: readonly { name: Buffer; attributes: Attributes }[]): Buffer {
    const entries = names.flatMap(({ name, attributes }) => [
      bytes(name),
      bytes(longName(name, attributes)),
      encode(attributes),
    ]);
    return packet(104, uint32(id), uint32(names.length), ...entries);
  },
  attributes(id: number, attributes: Attributes): Buffer {
    return packet(105, uint32(id), encode(attributes));
  },
  limits(id: number, mostHandles: number): Buffer {
    return packet(201, uint32(id), ...[mostPacketBytes, mostDataBytes, mostDataBytes, mostHandles].map(uint64));
  },
  room(id: number, room: { blockBytes: number; blocks: number; freeBlocks: number }): Buffer {
    const { blockBytes, blocks, freeBlocks } = room;
    const longestName = 255;
    return packet(
      201,
      uint32(id),
      ...[blockBytes, blockBytes, blocks, freeBlocks, freeBlocks, 0, 0, 0, 0, 0, longestName].map(uint64),
    );
  },
};

const okReply = reply.status(0, status.ok);

function packet(type: number, ...fields: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.of(0, 0, 0, 0, type), ...fields]);
  body.writeUInt32BE(body.length - 4, 0);
  return body;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value), 0);
  return bytes;
}

function text(value: string): Buffer {
  return bytes(Buffer.from(value));
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([uint32(value.length), value]);
}

function encode({ size, mode, owner, modifiedAt }: Attributes): Buffer {
  const fields: Buffer[] = [];
  let flags = 0;
  if (size !== undefined) {
    flags |= attributeFlags.size;
    fields.push(uint64(size));
  }
  if (owner !== undefined) {
    flags |= attributeFlags.owner;
    fields.push(uint32(owner), uint32(owner));
  }
  if (mode !== undefined) {
    flags |= attributeFlags.mode;
    fields.push(uint32(mode));
  }
  if (modifiedAt !== undefined) {
    flags |= attributeFlags.times;
    const seconds = uint32(Math.min(0xffffffff, Math.max(0, Math.floor(modifiedAt.getTime() / 1000))));
    fields.push(seconds, seconds);
  }
  return Buffer.concat([uint32(flags), ...fields]);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A line as `ls -l` writes it; clients show it and some read it. A sign that would break the line stands there as `?`. */
function longName(name: Buffer, { size = 0, mode = 0, modifiedAt = new Date(0) }: Attributes): Buffer {
  const isFolder = (mode & 0o170000) === 0o040000;
  const day = String(modifiedAt.getUTCDate()).padStart(2);
  const date = `${months[modifiedAt.getUTCMonth()] ?? ''} ${day}  ${modifiedAt.getUTCFullYear()}`;
  const line = `${isFolder ? 'drwxr-x---' : '-rw-r-----'} 1 customer customer ${String(size).padStart(12)} ${date} `;
  return Buffer.concat([Buffer.from(line), name.map((byte) => (byte < 0x20 || byte === 0x7f ? 0x3f : byte))]);
}
