import { BytesInFlight } from './bytes-in-flight.js';
import {
  BadPacket,
  RequestReader,
  mostDataBytes,
  openFlags,
  reply,
  status,
  type Attributes,
  type Request,
  type Status,
} from './sftp-codec.js';

/** What a session shows a client: files and folders by paths that the client gave as bytes. */
export interface RemoteFiles {
  /** The same path from the root, in the client's own bytes. */
  resolve(path: Buffer): Buffer;
  /** For people. */
  shown(path: Buffer): string;
  entry(path: Buffer): Promise<RemoteEntry>;
  list(path: Buffer): Promise<RemoteEntry[]>;
  openFile(
    path: Buffer,
    intent: {
      read: boolean;
      write: boolean;
      create: boolean;
      truncate: boolean;
      exclusive: boolean;
      /** Of a file that is made by this. */
      modifiedAt: Date | null;
    },
  ): Promise<RemoteFile>;
  makeFolder(path: Buffer): Promise<void>;
  removeFolder(path: Buffer): Promise<void>;
  remove(path: Buffer): Promise<void>;
  rename(from: Buffer, to: Buffer, replace: boolean): Promise<void>;
  setModifiedAt(path: Buffer, modifiedAt: Date): Promise<void>;
  room(): Promise<{ blockBytes: number; blocks: number; freeBlocks: number }>;
  /** The connection is over; files that were not closed stay as they are. */
  end(): Promise<void>;
}

export interface RemoteEntry {
  readonly name: Buffer;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface RemoteFile {
  entry(): Promise<RemoteEntry>;
  /** Fewer bytes than asked for, or none, at the end of the file. */
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, buffers: Buffer[], bytes: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  setModifiedAt(modifiedAt: Date): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The stream below a session, as an SSH channel is one. */
export interface SessionChannel {
  write(data: Buffer): boolean;
  pause(): unknown;
  resume(): unknown;
}

type OpenThing = { file: RemoteFile } | { left: RemoteEntry[] };

export const mostHandles = 64;
/** An open folder holds its whole list. */
export const mostFolders = 8;
const mostRequestsAtOnce = 256;
/** More would outlive two collections of young memory, and be found dead only when all of it is looked through. */
const mostBytesWaiting = 2 * 1024 * 1024;
const entriesPerReply = 100;

/**
 * One SFTP session over one channel. Replies of one round of the event loop leave as one piece; reading stops while
 * too much waits for the disk, for the database, or for the client to take its replies.
 */
export class SftpSession {
  private readonly reader = new RequestReader((request) => this.take(request));
  private readonly things = new Map<number, OpenThing>();
  private lastHandle = 0;
  private opening = 0;
  private openingFolders = 0;
  private isInitialised = false;
  private isOver = false;
  private isPaused = false;
  private hasRoom = true;
  private clientIsSlow = false;
  private requestsWaiting = 0;
  private bytesWaiting = 0;
  private replies: Buffer[] = [];

  constructor(
    private readonly channel: SessionChannel,
    private readonly files: RemoteFiles,
    private readonly onFault: (error: unknown) => void,
    private readonly inFlight = new BytesInFlight(Infinity),
  ) {}

  /** Throws BadPacket when the client does not speak SFTP. */
  push(chunk: Buffer): void {
    if (!this.isOver) this.reader.push(chunk);
  }

  /** The client took what we wrote. */
  drained(): void {
    this.clientIsSlow = false;
    this.regulate();
  }

  async end(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.inFlight.forget(this.regulate);
    const things = [...this.things.values()];
    this.things.clear();
    await this.files.end();
    // What was open for reading only is closed here; closing the rest again is refused and means nothing.
    await Promise.allSettled(things.map(async (thing) => ('file' in thing ? thing.file.close() : undefined)));
  }

  private take(request: Request): void {
    if (request.kind === 'init') {
      if (this.isInitialised) throw new BadPacket('the client said INIT twice');
      this.isInitialised = true;
      this.send(reply.version());
      return;
    }
    if (!this.isInitialised) throw new BadPacket(`the client said ${request.kind} before INIT`);
    const bytes = bytesOf(request);
    this.requestsWaiting += 1;
    this.bytesWaiting += bytes;
    this.inFlight.take(bytes);
    this.regulate();
    void this.answer(request).then((answer) => {
      this.requestsWaiting -= 1;
      this.bytesWaiting -= bytes;
      this.send(answer);
      this.regulate();
      this.inFlight.give(bytes);
    });
  }

  private async answer(request: Exclude<Request, { kind: 'init' }>): Promise<Buffer> {
    try {
      return await this.serve(request);
    } catch (error) {
      const { code, message } = refusalOf(error);
      if (message === null) this.onFault(error);
      if (message === noRoom) this.tellNoRoom(error);
      return reply.status(request.id, code, message ?? 'this did not work; please try again');
    }
  }

  /** A client has many writes on the way when the disk gets full; one line says it. */
  private tellNoRoom(error: unknown): void {
    if (!this.hasRoom) return;
    this.hasRoom = false;
    this.onFault(error);
  }

  private async serve(request: Exclude<Request, { kind: 'init' }>): Promise<Buffer> {
    const { id } = request;
    switch (request.kind) {
      case 'open':
        return this.open(request);
      case 'close':
        return this.close(request);
      case 'read':
        return this.read(request);
      case 'write':
        await this.file(request).write(request.offset, request.buffers, request.length);
        return ok(id);
      case 'fstat':
        return reply.attributes(id, attributesOf(await this.file(request).entry()));
      case 'fsetstat':
        await this.setAttributes(request);
        return ok(id);
      case 'fsync':
        await this.file(request).sync();
        return ok(id);
      case 'stat':
        return reply.attributes(id, attributesOf(await this.files.entry(request.path)));
      case 'setstat':
        // Modes and owners are the server's own business; clients set them after an upload and want an OK.
        await this.refuseToCut(request);
        if (request.modifiedAt) await this.files.setModifiedAt(request.path, request.modifiedAt);
        return ok(id);
      case 'opendir':
        return this.openFolder(request);
      case 'readdir':
        return this.readFolder(request);
      case 'remove':
        await this.files.remove(request.path);
        return ok(id);
      case 'mkdir':
        await this.files.makeFolder(request.path);
        return ok(id);
      case 'rmdir':
        await this.files.removeFolder(request.path);
        return ok(id);
      case 'realpath':
        return reply.names(id, [{ name: this.files.resolve(request.path), attributes: {} }]);
      case 'rename':
        await this.files.rename(request.from, request.to, request.replace);
        return ok(id);
      case 'statvfs':
        return reply.room(id, await this.files.room());
      case 'limits':
        return reply.limits(id, mostHandles);
      case 'unsupported':
        return reply.status(id, status.unsupported, 'this operation does not exist here');
    }
  }

  private async setAttributes(request: Extract<Request, { kind: 'fsetstat' }>): Promise<void> {
    const { size, modifiedAt } = request;
    if (size === null && modifiedAt === null) return;
    const file = this.file(request);
    // Both begin now: lftp sends them together, and the CLOSE right behind.
    await Promise.all([
      size === null ? undefined : file.truncate(size),
      modifiedAt === null ? undefined : file.setModifiedAt(modifiedAt),
    ]);
  }

  /** A file system over SFTP cuts a file by its name before it writes it anew; an OK would mix the old bytes with new ones. */
  private async refuseToCut({ path, size }: { path: Buffer; size: number | null }): Promise<void> {
    const { bytes, isFolder } = await this.files.entry(path);
    if (isFolder || size === null || size >= bytes) return;
    throw new BadRequest(`a file is not cut by its name; open it for writing with the flag that empties it`);
  }

  private open({ id, path, flags, modifiedAt }: Extract<Request, { kind: 'open' }>): Promise<Buffer> {
    // APPEND is not looked at: clients that resume send it together with the place of every write.
    const intent = {
      read: (flags & openFlags.read) !== 0,
      write: (flags & openFlags.write) !== 0,
      create: (flags & openFlags.create) !== 0,
      truncate: (flags & openFlags.truncate) !== 0,
      exclusive: (flags & openFlags.exclusive) !== 0,
      modifiedAt,
    };
    return this.keep(id, async () => ({ file: await this.files.openFile(path, intent) }));
  }

  private async openFolder({ id, path }: { id: number; path: Buffer }): Promise<Buffer> {
    const open = [...this.things.values()].filter((thing) => 'left' in thing).length + this.openingFolders;
    if (open >= mostFolders) throw new BadRequest(`${open} folders are open already; close one first`);
    this.openingFolders += 1;
    try {
      return await this.keep(id, async () => ({ left: await this.files.list(path) }));
    } finally {
      this.openingFolders -= 1;
    }
  }

  private async close({ id, handle }: { id: number; handle: number }): Promise<Buffer> {
    const thing = this.thing({ handle });
    this.things.delete(handle);
    if ('file' in thing) await thing.file.close();
    return ok(id);
  }

  private async read({ id, handle, offset, length }: Extract<Request, { kind: 'read' }>): Promise<Buffer> {
    const data = await this.file({ handle }).read(offset, Math.min(length, mostDataBytes));
    return data.length === 0 && length > 0 ? reply.status(id, status.endOfFile) : reply.data(id, data);
  }

  /** Clients ask for the next part before they have the first; nothing waits here, so the parts come in order. */
  private readFolder({ id, handle }: { id: number; handle: number }): Buffer {
    const folder = this.thing({ handle });
    if (!('left' in folder)) throw badHandle(handle);
    const part = folder.left.splice(0, entriesPerReply);
    if (part.length === 0) return reply.status(id, status.endOfFile);
    return reply.names(
      id,
      part.map((entry) => ({ name: entry.name, attributes: attributesOf(entry) })),
    );
  }

  private async keep(id: number, openThing: () => Promise<OpenThing>): Promise<Buffer> {
    if (this.things.size + this.opening >= mostHandles)
      throw new BadRequest(`${mostHandles} files are open already; close one first`);
    this.opening += 1;
    try {
      const thing = await openThing();
      if (this.isOver) return await this.letGo(id, thing);
      this.lastHandle += 1;
      this.things.set(this.lastHandle, thing);
      return reply.handle(id, this.lastHandle);
    } finally {
      this.opening -= 1;
    }
  }

  /** The client went away while this was being opened. What was opened for writing ends here, the rest is closed. */
  private async letGo(id: number, thing: OpenThing): Promise<Buffer> {
    await this.files.end();
    if ('file' in thing) await thing.file.close().catch(() => undefined);
    return ok(id);
  }

  private thing({ handle }: { handle: number }): OpenThing {
    const thing = this.things.get(handle);
    if (!thing) throw badHandle(handle);
    return thing;
  }

  private file(request: { handle: number }): RemoteFile {
    const thing = this.thing(request);
    if (!('file' in thing)) throw badHandle(request.handle);
    return thing.file;
  }

  private send(answer: Buffer): void {
    if (this.isOver) return;
    if (this.replies.length === 0) setImmediate(() => this.flush());
    this.replies.push(answer);
  }

  private flush(): void {
    const replies = this.replies;
    this.replies = [];
    if (this.isOver || replies.length === 0) return;
    if (!this.channel.write(replies.length === 1 && replies[0] ? replies[0] : Buffer.concat(replies))) {
      this.clientIsSlow = true;
      this.regulate();
    }
  }

  private readonly regulate = (): void => {
    if (this.isOver) return;
    const share = this.isPaused ? 0.5 : 1;
    const othersFillMemory = this.inFlight.isTooMuch(this.isPaused);
    const tooMuch =
      this.clientIsSlow ||
      this.requestsWaiting > mostRequestsAtOnce * share ||
      this.bytesWaiting > mostBytesWaiting * share ||
      othersFillMemory;
    if (othersFillMemory) this.inFlight.wait(this.regulate);
    if (tooMuch === this.isPaused) return;
    this.isPaused = tooMuch;
    if (tooMuch) this.channel.pause();
    else this.channel.resume();
  };
}

/** What a request holds in memory until it is answered: what it brings, or what it asks for. */
function bytesOf(request: Request): number {
  if (request.kind === 'write') return request.length;
  return request.kind === 'read' ? Math.min(request.length, mostDataBytes) : 0;
}

class BadRequest extends Error {
  override readonly name = 'FileRefusal';
  readonly code = 'EINVAL';
}

function badHandle(handle: number): BadRequest {
  return new BadRequest(`there is no such open file or folder (${handle})`);
}

function ok(id: number): Buffer {
  return reply.ok(id);
}

const noRoom = 'the server has no room left; what has arrived is kept, please resume the upload later';

/** A refusal is in words for the customer; any other error stays ours (`message` is null), since it may name our paths. */
function refusalOf(error: unknown): { code: Status; message: string | null } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isRefusal = error instanceof Error && error.name === 'FileRefusal';
  if (!isRefusal && (code === 'ENOSPC' || code === 'EDQUOT')) return { code: status.failure, message: noRoom };
  const message = isRefusal ? error.message : null;
  if (isRefusal && code === 'ENOENT') return { code: status.noSuchFile, message };
  // Clients try again for ever after a failure, but not after a permission that is denied.
  if (isRefusal && (code === 'EACCES' || code === 'EDQUOT')) return { code: status.permissionDenied, message };
  return { code: status.failure, message };
}

function attributesOf({ isFolder, bytes, modifiedAt }: RemoteEntry): Attributes {
  return { size: bytes, owner: 1000, mode: isFolder ? 0o040750 : 0o100640, modifiedAt };
}
