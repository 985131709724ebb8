import {
  BadPacket,
  RequestReader,
  SftpSession,
  type RemoteEntry,
  type RemoteFile,
  type RemoteFiles,
  type Request,
} from '@caserelay/sftp-provisioning';
import { setImmediate as turn } from 'node:timers/promises';

const mostTurns = 2_000;

/**
 * Has one session hear these pieces, and sees that it answers every request exactly once, in packets that say their own
 * length, or sends the client away with `BadPacket`. Tells how many packets it took, and whether it sent the client away.
 */
export async function playHostileSession(pieces: readonly Buffer[]): Promise<{ taken: number; wasSentAway: boolean }> {
  const { requests, isBad } = understood(pieces);
  const expected = requests.flatMap((request) => ('id' in request ? [request.id] : []));
  const written: Buffer[] = [];
  const channel = { write: (data: Buffer) => written.push(data) > 0, pause: () => undefined, resume: () => undefined };
  const faults: unknown[] = [];
  const session = new SftpSession(channel, filesInMemory(), (fault) => faults.push(fault));
  const wasSentAway = pushed(session, pieces);
  let answered = idsOf(Buffer.concat(written));
  for (let turns = 0; answered.length < expected.length && turns < mostTurns; turns += 1) {
    await turn();
    answered = idsOf(Buffer.concat(written));
  }
  await session.end();
  if (wasSentAway !== isBad) throw new Error(`the session says bad: ${wasSentAway}, its reader says ${isBad}`);
  if (faults.length > 0) throw faults[0] instanceof Error ? faults[0] : new Error(String(faults[0]));
  const [wanted, got] = [expected, answered].map((ids) => [...ids].sort((one, other) => one - other).join(' '));
  if (wanted !== got) throw new Error(`asked: ${wanted}\nanswered: ${got}`);
  return { taken: requests.length, wasSentAway };
}

function pushed(session: SftpSession, pieces: readonly Buffer[]): boolean {
  try {
    for (const piece of pieces) session.push(Buffer.from(piece));
    return false;
  } catch (error) {
    if (!(error instanceof BadPacket)) throw error;
    return true;
  }
}

/** What was asked until the first packet that nobody can understand, or that comes out of its turn. */
function understood(pieces: readonly Buffer[]): { requests: Request[]; isBad: boolean } {
  const requests: Request[] = [];
  const reader = new RequestReader((request) => {
    if ((request.kind === 'init') !== (requests.length === 0)) throw new BadPacket('out of turn');
    requests.push(request);
  });
  try {
    for (const piece of pieces) reader.push(piece);
    return { requests, isBad: false };
  } catch (error) {
    if (!(error instanceof BadPacket)) throw error;
    return { requests, isBad: true };
  }
}

/** The request that each reply answers; the reply to INIT has none. */
function idsOf(stream: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at < stream.length;) {
    const length = stream.readUInt32BE(at);
    if (length < 5 || at + 4 + length > stream.length)
      throw new Error(`a reply says that it has ${length} bytes; ${stream.length - at - 4} are left`);
    if (stream[at + 4] !== 2) ids.push(stream.readUInt32BE(at + 5));
    at += 4 + length;
  }
  return ids;
}

class Refused extends Error {
  override readonly name = 'FileRefusal';
  readonly code = 'ENOENT';
}

const largest = 200_000;

/** Files that live as long as a session. */
function filesInMemory(): RemoteFiles {
  const files = new Map<string, Buffer>();
  const entryOf = (name: string): RemoteEntry => ({
    name: Buffer.from(name, 'latin1'),
    isFolder: !files.has(name),
    bytes: files.get(name)?.length ?? 0,
    modifiedAt: new Date(0),
  });
  const changed = async (): Promise<void> => turn();
  return {
    resolve: (path) => path.subarray(0, 200),
    shown: (path) => path.toString('latin1'),
    entry: async (path) => {
      await turn();
      return entryOf(path.toString('latin1'));
    },
    list: () => Promise.resolve([...files.keys()].map(entryOf)),
    openFile: async (path, { create }) => {
      await turn();
      const name = path.toString('latin1');
      if (!create && !files.has(name)) throw new Refused('it is not there');
      if (!files.has(name)) files.set(name, Buffer.alloc(0));
      return fileIn(files, name, entryOf);
    },
    makeFolder: changed,
    removeFolder: changed,
    remove: (path) => Promise.resolve(void files.delete(path.toString('latin1'))),
    rename: changed,
    setModifiedAt: changed,
    room: () => Promise.resolve({ blockBytes: 4096, blocks: 100, freeBlocks: 50 }),
    end: changed,
  };
}

function fileIn(files: Map<string, Buffer>, name: string, entryOf: (name: string) => RemoteEntry): RemoteFile {
  const content = (): Buffer => files.get(name) ?? Buffer.alloc(0);
  return {
    entry: () => Promise.resolve(entryOf(name)),
    read: (offset, length) => Promise.resolve(content().subarray(offset, offset + length)),
    write: async (offset, buffers, bytes) => {
      await turn();
      if (offset + bytes > largest) throw new Refused('too far');
      const next = Buffer.alloc(Math.max(content().length, offset + bytes));
      content().copy(next);
      Buffer.concat(buffers).copy(next, offset);
      files.set(name, next);
    },
    truncate: () => Promise.resolve(),
    setModifiedAt: () => Promise.resolve(),
    sync: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
