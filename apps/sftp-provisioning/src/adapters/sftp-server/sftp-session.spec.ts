import { describe, expect, it } from '@jest/globals';
import { BytesInFlight } from './bytes-in-flight.js';
import { SftpSession, mostHandles, type RemoteFile, type RemoteFiles } from './sftp-session.js';

describe('a session', () => {
  it('speaks only after INIT', () => {
    const { session } = aSession();
    expect(() => session.push(realpath(1))).toThrow('realpath before INIT');
    session.push(init);
    expect(() => session.push(init)).toThrow('INIT twice');
  });

  it('stops reading while too much waits for the disk, and goes on when it is written', async () => {
    const disk = gate();
    const { session, channel, take } = aSession({ write: () => disk.opened });
    session.push(init);
    session.push(open(1));
    await take(2);
    for (let id = 2; id < 70; id += 1) session.push(write(id, 128 * 1024));
    expect(channel.isPaused).toBe(true);
    disk.open();
    await take(70);
    expect(channel.isPaused).toBe(false);
  });

  it('stops reading while the client does not take its replies', async () => {
    const { session, channel, take } = aSession();
    channel.takes = false;
    session.push(init);
    await take(1);
    expect(channel.isPaused).toBe(true);
    session.drained();
    expect(channel.isPaused).toBe(false);
  });

  it('stops reading while too many requests wait', async () => {
    const database = gate();
    const { session, channel, take } = aSession({ entry: () => database.opened });
    session.push(init);
    for (let id = 1; id <= 300; id += 1) session.push(stat(id));
    expect(channel.isPaused).toBe(true);
    database.open();
    await take(301);
    expect(channel.isPaused).toBe(false);
  });

  it('keeps few files open at once and knows no handles of others', async () => {
    const { session, take } = aSession();
    session.push(init);
    for (let id = 1; id <= mostHandles; id += 1) session.push(open(id));
    session.push(open(1000));
    await take(2 + mostHandles);
    session.push(write(1001, 1, 99_999));
    const replies = await take(3 + mostHandles);
    const words = replies.map((reply) => reply.toString()).join();
    expect(words).toContain('64 files are open already');
    expect(words).toContain('no such open file or folder (99999)');
  });

  it('does not tell the client what went wrong inside, but us', async () => {
    const faults: unknown[] = [];
    const { session, take } = aSession({ entry: () => Promise.reject(new Error('ENOENT /srv/secret/path')) }, faults);
    session.push(init);
    session.push(stat(1));
    const [, answer] = await take(2);
    expect(answer?.toString()).toContain('please try again');
    expect(answer?.toString()).not.toContain('/srv');
    expect(faults).toHaveLength(1);
  });

  it('says that the disk is full, and logs it once', async () => {
    const faults: unknown[] = [];
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const { session, take } = aSession({ write: () => Promise.reject(full) }, faults);
    session.push(init);
    session.push(open(1));
    await take(2);
    for (let id = 2; id < 10; id += 1) session.push(write(id, 1000));
    const answers = await take(10);
    expect(answers[9]?.toString()).toContain('no room left');
    expect(faults).toEqual([full]);
  });

  it('does not say OK to cutting a file by its name, but to all else that clients set', async () => {
    const { session, take } = aSession({ bytes: 10 });
    session.push(init);
    session.push(setSize(1, 9));
    session.push(setSize(2, 10));
    session.push(framed(Buffer.of(9), uint32(3), text(Buffer.from('/upload/a')), uint32(4), uint32(0o644)));
    const [, ...answers] = await take(4);
    expect(answers.map((answer) => answer.readUInt32BE(5))).toEqual([4, 0, 0]);
    expect(answers[0]?.toString()).toContain('open it for writing');
  });

  it('stops reading while all sessions together hold too much, and goes on when they hold less', async () => {
    const disk = gate();
    const inFlight = new BytesInFlight(300_000);
    const busy = aSession({ write: () => disk.opened, inFlight });
    const other = aSession({ write: () => disk.opened, inFlight });
    for (const { session } of [busy, other]) {
      session.push(init);
      session.push(open(1));
    }
    await Promise.all([busy.take(2), other.take(2)]);
    for (let id = 2; id < 6; id += 1) busy.session.push(write(id, 100_000));
    other.session.push(write(2, 10));
    expect([busy.channel.isPaused, other.channel.isPaused]).toEqual([true, true]);
    disk.open();
    await Promise.all([busy.take(6), other.take(3)]);
    expect([busy.channel.isPaused, other.channel.isPaused]).toEqual([false, false]);
  });

  it('asks for no more of a file at once than it may hold', async () => {
    const { session, channel, take } = aSession();
    session.push(init);
    session.push(open(1));
    await take(2);
    for (let id = 2; id < 40; id += 1)
      session.push(framed(Buffer.of(5), uint32(id), text(uint32(1)), uint32(0), uint32(0), uint32(0xffffffff)));
    expect(channel.isPaused).toBe(true);
    await take(40);
    expect(channel.isPaused).toBe(false);
  });

  it('hands on what the client says of the time of a file, by OPEN, by its handle and by its name', async () => {
    const { session, take, log } = aSession({ bytes: 5 });
    const [path, times] = [text(Buffer.from('/upload/a')), [uint32(8), uint32(1), uint32(1_600_000_000)]];
    session.push(init);
    session.push(framed(Buffer.of(3), uint32(1), path, uint32(0x1a), ...times));
    await take(2);
    session.push(framed(Buffer.of(10), uint32(2), text(uint32(1)), uint32(9), uint32(0), uint32(3), ...times.slice(1)));
    session.push(framed(Buffer.of(9), uint32(3), path, ...times));
    session.push(framed(Buffer.of(9), uint32(4), path, uint32(0)));
    const answers = await take(5);
    expect(answers.slice(2).map((answer) => answer.readUInt32BE(5))).toEqual([0, 0, 0]);
    const at = '2020-09-13T12:26:40.000Z';
    expect([...log].sort()).toEqual([`/upload/a of ${at}`, 'cut to 3', `file of ${at}`, `open with ${at}`]);
  });

  it('lets go of everything when it ends', async () => {
    const { session, take, log } = aSession();
    session.push(init);
    session.push(open(1));
    await take(2);
    await session.end();
    expect(log).toEqual(['end', 'close']);
  });
});

interface Doubles {
  write?: () => Promise<void>;
  entry?: () => Promise<void>;
  bytes?: number;
  inFlight?: BytesInFlight;
}

function aSession(doubles: Doubles = {}, faults: unknown[] = []) {
  const log: string[] = [];
  const entry = { name: Buffer.from('a'), isFolder: false, bytes: doubles.bytes ?? 0, modifiedAt: new Date(0) };
  const file: RemoteFile = {
    entry: () => Promise.resolve(entry),
    read: () => Promise.resolve(Buffer.alloc(0)),
    write: doubles.write ?? (() => Promise.resolve()),
    truncate: (bytes) => Promise.resolve(void log.push(`cut to ${bytes}`)),
    setModifiedAt: (at) => Promise.resolve(void log.push(`file of ${at.toISOString()}`)),
    sync: () => Promise.resolve(),
    close: () => Promise.resolve(void log.push('close')),
  };
  const files: RemoteFiles = {
    resolve: () => Buffer.from('/'),
    shown: () => '/',
    entry: async () => {
      await doubles.entry?.();
      return entry;
    },
    list: () => Promise.resolve([]),
    openFile: (_, { modifiedAt }) => {
      if (modifiedAt) log.push(`open with ${modifiedAt.toISOString()}`);
      return Promise.resolve(file);
    },
    setModifiedAt: (path, at) => Promise.resolve(void log.push(`${path.toString()} of ${at.toISOString()}`)),
    makeFolder: () => Promise.resolve(),
    removeFolder: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    rename: () => Promise.resolve(),
    room: () => Promise.resolve({ blockBytes: 1, blocks: 1, freeBlocks: 1 }),
    end: () => Promise.resolve(void log.push('end')),
  };
  const written: Buffer[] = [];
  const channel = {
    isPaused: false,
    takes: true,
    write: (data: Buffer) => {
      written.push(data);
      return channel.takes;
    },
    pause: () => (channel.isPaused = true),
    resume: () => (channel.isPaused = false),
  };
  const session = new SftpSession(channel, files, (error) => faults.push(error), doubles.inFlight);
  /** The first replies, once there are so many. */
  const take = async (count: number): Promise<Buffer[]> => {
    for (let round = 0; round < 1000; round += 1) {
      const replies = split(Buffer.concat(written));
      if (replies.length >= count) return replies;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`waited in vain for ${count} replies`);
  };
  return { session, channel, take, log };
}

function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function split(stream: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 4 + stream.readUInt32BE(at))
    packets.push(stream.subarray(at + 4, at + 4 + stream.readUInt32BE(at)));
  return packets;
}

const uint32 = (value: number) => Buffer.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const text = (bytes: Buffer) => Buffer.concat([uint32(bytes.length), bytes]);
const framed = (...parts: Buffer[]) => text(Buffer.concat(parts));
const init = framed(Buffer.of(1), uint32(3));
const open = (id: number) => framed(Buffer.of(3), uint32(id), text(Buffer.from('/upload/a')), uint32(0x1a), uint32(0));
const stat = (id: number) => framed(Buffer.of(17), uint32(id), text(Buffer.from('/upload/a')));
const setSize = (id: number, bytes: number) =>
  framed(Buffer.of(9), uint32(id), text(Buffer.from('/upload/a')), uint32(1), uint32(0), uint32(bytes));
const realpath = (id: number) => framed(Buffer.of(16), uint32(id), text(Buffer.from('.')));
const write = (id: number, bytes: number, handle = 1) =>
  framed(Buffer.of(6), uint32(id), text(uint32(handle)), uint32(0), uint32(0), text(Buffer.alloc(bytes)));
