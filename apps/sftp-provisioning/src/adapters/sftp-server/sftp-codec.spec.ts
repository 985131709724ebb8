import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadPacket, RequestReader, decode, reply, status, type Request } from './sftp-codec.js';

describe('requests', () => {
  it('are the same however the stream is cut', () => {
    const stream = Buffer.concat([
      framed(1, uint32(3)),
      framed(3, uint32(1), text('/upload/蓝屏.dmp'), uint32(0x1a), uint32(0)),
      framed(10, uint32(4), text(Buffer.from([0, 0, 0, 7])), allAttributes(1_600_000_000)),
      framed(6, uint32(2), text(Buffer.from([0, 0, 0, 7])), uint64(4096), text(Buffer.alloc(5000, 'x'))),
      framed(4, uint32(3), text(Buffer.from([0, 0, 0, 7]))),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 }), (sizes) => {
        const requests: Request[] = [];
        const reader = new RequestReader((request) => requests.push(request));
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          reader.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(requests.map(whole)).toEqual([
          { kind: 'init', version: 3 },
          { kind: 'open', id: 1, path: '/upload/蓝屏.dmp', flags: 0x1a, size: null, modifiedAt: null },
          { kind: 'fsetstat', id: 4, handle: 7, size: 5, modifiedAt: new Date(1_600_000_000_000) },
          { kind: 'write', id: 2, handle: 7, offset: 4096, length: 5000, data: 'x'.repeat(5000) },
          { kind: 'close', id: 3, handle: 7 },
        ]);
      }),
    );
  });

  it('that are too long or too short are refused', () => {
    const push = (bytes: Buffer) => () => new RequestReader(() => undefined).push(bytes);
    expect(push(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow('a packet says that it has 4294967295 bytes');
    expect(push(Buffer.alloc(4))).toThrow('has 0 bytes');
    expect(push(framed(3, uint32(1), uint32(1000)))).toThrow('a packet of type 3 ends after 9 bytes; 1009 are needed');
    expect(push(framed(5, uint32(1), text(Buffer.alloc(4)), uint64(2 ** 52), uint32(1)))).toThrow('at most 2^50');
  });

  it.each([
    ['the first second of 1970', 0, new Date(0)],
    ['the last second that is surely no negative number', 0x7fffffff, new Date(0x7fffffff * 1000)],
    ['a time before 1970', 0xffffffff, null],
    ['a time far in the future, or before 1902', 0x80000000, null],
  ])('set %s as a time of change where it can be one', (_, seconds, modifiedAt) => {
    for (const [type, ...fields] of [
      [3, text('/upload/a'), uint32(0x1a)],
      [9, text('/upload/a')],
      [10, text(Buffer.from([0, 0, 0, 7]))],
    ] as const) {
      const packet = Buffer.concat([Buffer.of(type), uint32(1), ...fields, allAttributes(seconds)]);
      expect(decode(packet)).toMatchObject({ size: 5, modifiedAt });
    }
  });

  it('with attributes that end too early are refused', () => {
    const whole = Buffer.concat([Buffer.of(9), uint32(1), text('/upload/a'), allAttributes(1)]);
    expect(decode(whole).kind).toBe('setstat');
    for (let bytes = 18; bytes < whole.length; bytes += 1)
      expect(() => decode(whole.subarray(0, bytes))).toThrow(BadPacket);
    const endless = Buffer.concat([Buffer.of(9), uint32(1), text('/upload/a'), uint32(0x80000000), uint32(0xffffffff)]);
    expect(() => decode(endless)).toThrow(BadPacket);
  });

  it('of random bytes give a request or a refusal, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        try {
          expect(decode(Buffer.from(bytes)).kind).toEqual(expect.any(String));
        } catch (error) {
          expect(error).toBeInstanceOf(BadPacket);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('that we do not know keep their number, so that the client learns it', () => {
    expect(decode(Buffer.concat([Buffer.of(20), uint32(9), text('a'), text('b')]))).toEqual({
      kind: 'unsupported',
      id: 9,
    });
    expect(decode(Buffer.concat([Buffer.of(200), uint32(9), text('copy-data')]))).toEqual({
      kind: 'unsupported',
      id: 9,
    });
  });
});

describe('replies', () => {
  it('say their own length', () => {
    for (const packet of [
      reply.version(),
      reply.status(1, status.failure, '磁盘已满'),
      reply.handle(1, 7),
      reply.data(1, Buffer.alloc(100)),
      reply.names(1, [
        { name: Buffer.from('a'), attributes: { size: 2 ** 40, mode: 0o100640, owner: 1000, modifiedAt: new Date() } },
      ]),
      reply.attributes(1, {}),
      reply.limits(1, 64),
      reply.room(1, { blockBytes: 4096, blocks: 1000, freeBlocks: 10 }),
    ])
      expect(packet.readUInt32BE(0)).toBe(packet.length - 4);
  });

  it('list a file as ls does', () => {
    const packet = reply.names(1, [
      {
        name: Buffer.from('MEMORY\n\x1b.DMP'),
        attributes: { size: 42, mode: 0o100640, modifiedAt: new Date('2020-03-05T00:00:00Z') },
      },
    ]);
    expect(packet.toString()).toContain('-rw-r----- 1 customer customer           42 Mar  5  2020 MEMORY??.DMP');
  });

  it('name a file by the bytes that its client sent', () => {
    const name = Buffer.from([0xc0, 0xb6, 0x0a, 0xff]);
    const packet = reply.names(1, [{ name, attributes: {} }]);
    expect(packet.subarray(13, 21)).toEqual(Buffer.concat([uint32(4), name]));
  });
});

/** Size 5, an owner, a mode, both times, and something that somebody made up. */
function allAttributes(seconds: number): Buffer {
  const made = [uint32(1), text('made-up@example'), text('x')];
  return Buffer.concat([
    uint32(0x8000000f),
    uint64(5),
    uint32(7),
    uint32(8),
    uint32(0o644),
    uint32(1),
    uint32(seconds),
    ...made,
  ]);
}

function whole(request: Request): unknown {
  if (request.kind === 'write') {
    const { buffers, ...rest } = request;
    return { ...rest, data: Buffer.concat(buffers).toString() };
  }
  return 'path' in request ? { ...request, path: request.path.toString() } : request;
}

function framed(type: number, ...fields: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.of(type), ...fields]);
  return Buffer.concat([uint32(body.length), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
