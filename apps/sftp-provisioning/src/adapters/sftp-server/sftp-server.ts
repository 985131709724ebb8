import type { AddressInfo } from 'node:net';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';
import type { Attempt, Principal } from '../../features/admit-customer/admit-customer.js';
import type { HostKey } from './host-key.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { ReceiveWindows } from './receive-window.js';
import { rekeyNowAndThen, type RekeyLimits } from './rekey.js';
import { SftpSession, type RemoteFiles } from './sftp-session.js';

export interface SftpServerOptions {
  readonly hostKey: HostKey;
  /** Whether an address is worth talking to. */
  mayConnect(address: string): boolean;
  /** Who this is. Must take the same time for every wrong answer. */
  authenticate(
    attempt: Attempt,
  ): Promise<{ kind: 'admitted'; principal: Principal } | { kind: 'key-known' } | { kind: 'refused' }>;
  /** A session of somebody who was admitted is over. */
  left(principal: Principal): Promise<void>;
  isSignedBy(blob: Buffer, signed: { data: Buffer; signature: Buffer; hash: string | undefined }): boolean;
  filesOf(principal: Principal, from: { address: string; client: string }): RemoteFiles;
  readonly mostConnections: number;
  readonly mostConnectionsPerAddress: number;
  readonly loginMilliseconds: number;
  readonly refusalMilliseconds: number;
  readonly keepaliveMilliseconds: number;
  readonly rekey: RekeyLimits;
  /** The widest receive window of one channel, and what all wide ones may have together. */
  readonly window: { readonly mostForOne: number; readonly mostForAll: number };
  /** What all sessions together may hold in memory. */
  readonly mostBytesInFlight: number;
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
}

const mostAttempts = 5;
/** Programs offer all keys that they have before they ask for a password. */
const mostKeysOffered = 20;
const mostChannels = 4;
const keepalivesMissed = 3;
const mostBytesUnsent = 4 * 1024 * 1024;
/** Of all connections, those that have not logged in yet. */
const shareOfStrangers = 0.25;
const methods: ('publickey' | 'password')[] = ['publickey', 'password'];

/**
 * The SFTP server. Built on ssh2's raw session channel, because ssh2's own SFTP class cannot stop a client that sends
 * faster than the disk writes, and turns names into UTF-8 for good.
 */
export class SftpServer {
  private readonly sockets = new Map<string, Visit>();
  private readonly ssh: ssh2.Server;
  private readonly net: NetServer;
  private readonly windows: ReceiveWindows;
  private readonly inFlight: BytesInFlight;

  constructor(private readonly options: SftpServerOptions) {
    this.windows = new ReceiveWindows(options.window.mostForOne, options.window.mostForAll);
    this.inFlight = new BytesInFlight(options.mostBytesInFlight);
    this.ssh = new ssh2.Server(
      {
        hostKeys: [options.hostKey.privateKey],
        ident: 'CaseRelay',
        algorithms: {
          cipher: [
            'aes128-gcm@openssh.com',
            'aes256-gcm@openssh.com',
            'aes128-ctr',
            'aes192-ctr',
            'aes256-ctr',
            'chacha20-poly1305@openssh.com',
          ],
          compress: ['none'],
        },
        keepaliveInterval: options.keepaliveMilliseconds,
        keepaliveCountMax: keepalivesMissed,
      },
      (connection, info) => this.welcome(connection, `${info.ip} ${info.port}`, info.header.versions.software),
    );
    this.ssh.on('error', (error: Error) => options.log.warn({ error }, 'the SSH server had a fault'));
    this.net = createServer({ noDelay: true }, (socket) => this.admit(socket));
  }

  /** Listens and tells the port. */
  async listen(port: number, address: string): Promise<number> {
    const { net } = this;
    await new Promise<void>((resolve, reject) => {
      const onError = (error: Error): void => {
        net.off('listening', onListening);
        reject(error);
      };
      const onListening = (): void => {
        net.off('error', onError);
        net.on('error', (error) => this.options.log.warn({ error }, 'the SFTP port had a fault'));
        resolve();
      };
      net.once('error', onError);
      net.once('listening', onListening);
      net.listen(port, address);
    });
    return (this.net.address() as AddressInfo).port;
  }

  get isListening(): boolean {
    return this.net.listening;
  }

  get load(): { connections: number; sessions: number } {
    let sessions = 0;
    for (const { channels } of this.sockets.values()) sessions += channels;
    return { connections: this.sockets.size, sessions };
  }

  /** Ends all sessions of a space at once. */
  endSessions(spaceId: string): void {
    for (const visit of this.sockets.values()) if (visit.principal?.spaceId === spaceId) visit.socket.destroy();
  }

  /** Ends one session at once. */
  endSession(sessionId: string): void {
    for (const visit of this.sockets.values()) if (visit.principal?.sessionId === sessionId) visit.socket.destroy();
  }

  /** Takes no new connections, ends the others, and resolves when what they left open is noted. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.net.close(() => resolve());
    });
    const visits = [...this.sockets.values()];
    for (const { socket } of visits) socket.destroy();
    await closed;
    await Promise.all(visits.map((visit) => visit.left));
  }

  private admit(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (!this.options.mayConnect(address)) {
      socket.destroy();
      return;
    }
    const sameAddress = [...this.sockets.values()].filter((visit) => visit.address === address).length;
    if (this.sockets.size >= this.options.mostConnections || sameAddress >= this.options.mostConnectionsPerAddress) {
      this.options.log.warn(
        { address, connections: this.sockets.size, sameAddress },
        'too many SFTP connections; one was refused',
      );
      socket.destroy();
      return;
    }
    this.makeRoomForStranger();
    const key = `${address} ${socket.remotePort ?? 0}`;
    const visit = new Visit(socket, address, this.options.loginMilliseconds);
    this.sockets.set(key, visit);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      visit.end();
      void visit.left.finally(() => this.sockets.delete(key));
    });
    this.ssh.injectSocket(socket);
  }

  /** Who came and did not log in must not keep customers out: the one that has been there longest goes. */
  private makeRoomForStranger(): void {
    const strangers = [...this.sockets.values()].filter((visit) => visit.principal === null && !visit.socket.destroyed);
    if (strangers.length >= this.options.mostConnections * shareOfStrangers) strangers[0]?.socket.destroy();
  }

  private welcome(connection: Connection, key: string, client: string): void {
    const visit = this.sockets.get(key);
    if (!visit) {
      connection.end();
      return;
    }
    visit.client = client.slice(0, 200);
    // After a missed keepalive ssh2 waits for a peer that is gone: only destroying the socket ends the connection.
    connection.on('error', (error) => {
      this.options.log.info({ address: visit.address, reason: error.message }, 'an SFTP connection broke');
      visit.socket.destroy();
    });
    connection.on('authentication', (context) => void this.authenticate(context, visit));
    connection.on('ready', () => {
      rekeyNowAndThen(connection, visit.socket, this.options.rekey, (isDue) => visit.awaitKeys(isDue));
      connection.on('session', (accept) => {
        // The client asks as soon as it hears that it was let in: one round trip.
        visit.roundTripMilliseconds ??= performance.now() - visit.enteredAt;
        this.serve(accept(), visit);
      });
    });
  }

  private async authenticate(context: AuthContext, visit: Visit): Promise<void> {
    const proof = this.proofOf(context);
    const { username: account } = context;
    if (!proof || account.length > 64) {
      context.reject(methods);
      return;
    }
    const isQuestion = proof.kind === 'key' && proof.isSigned === null;
    if (isQuestion) visit.keysOffered += 1;
    else visit.attempts += 1;
    if (visit.attempts > mostAttempts || visit.keysOffered > mostKeysOffered) {
      visit.socket.destroy();
      return;
    }
    const { address, client } = visit;
    try {
      const admission = await this.options.authenticate({ account, address, client, proof });
      if (admission.kind === 'key-known') {
        context.accept();
        return;
      }
      if (admission.kind === 'admitted') {
        this.enter(admission.principal, visit);
        context.accept();
        return;
      }
    } catch (error) {
      this.options.log.warn({ error, address }, 'a login could not be checked');
    }
    if (!isQuestion) {
      this.options.log.info({ address, attempt: visit.attempts }, 'a login was refused');
      await new Promise((resolve) => setTimeout(resolve, this.options.refusalMilliseconds));
    }
    if (visit.attempts >= mostAttempts) visit.socket.destroy();
    else context.reject(methods);
  }

  private proofOf(context: AuthContext): Attempt['proof'] | null {
    if (context.method === 'password')
      return context.password.length <= 256 ? { kind: 'password', password: context.password } : null;
    if (context.method !== 'publickey' || context.key.data.length > 4096) return null;
    const { key, signature, blob: data, hashAlgo: hash } = context;
    const isSigned = signature && data ? () => this.options.isSignedBy(key.data, { data, signature, hash }) : null;
    return { kind: 'key', blob: key.data, isSigned };
  }

  private enter(principal: Principal, visit: Visit): void {
    const { log } = this.options;
    const { caseId, account } = principal;
    log.info({ caseId, account, address: visit.address }, 'a customer logged in');
    visit.enter(principal, () =>
      this.options
        .left(principal)
        .catch((error: unknown) => log.warn({ error, caseId }, 'the end of a session could not be noted')),
    );
  }

  private serve(session: Session, visit: Visit): void {
    session.on('error', () => visit.socket.destroy());
    session.on('subsystem', (accept, reject, { name }) => {
      if (name !== 'sftp' || !visit.principal || visit.channels >= mostChannels) {
        reject();
        return;
      }
      visit.channels += 1;
      this.serveSftp(accept(), visit, visit.principal);
    });
  }

  private serveSftp(channel: ServerChannel, visit: Visit, principal: Principal): void {
    const { log } = this.options;
    const { caseId } = principal;
    const session = new SftpSession(
      {
        // ssh2 passes on whatever the window of the client allows, and does not look whether the socket takes it.
        write: (data) => channel.write(data) && !visit.isHeldUp,
        pause: () => channel.pause(),
        resume: () => channel.resume(),
      },
      this.options.filesOf(principal, visit),
      (error) => log.warn({ error, caseId }, 'a request of a customer failed'),
      this.inFlight,
    );
    const window = this.windows.open(channel, visit.roundTripMilliseconds ?? 0);
    let left: Promise<void> | null = null;
    const leave = (): void => {
      if (left) return;
      visit.channels -= 1;
      window.end();
      visit.endings.delete(leave);
      visit.reliefs.delete(drained);
      left = session.end().catch((error: unknown) => log.warn({ error, caseId }, 'an SFTP session ended with a fault'));
      visit.wait(left);
    };
    const drained = (): void => session.drained();
    visit.endings.add(leave);
    visit.reliefs.add(drained);
    channel.on('data', (chunk: Buffer) => {
      try {
        session.push(chunk);
        window.taken();
      } catch (error) {
        log.warn({ caseId, address: visit.address, error }, 'a client does not speak SFTP; it was sent away');
        visit.socket.destroy();
      }
    });
    channel.on('drain', drained);
    channel.on('error', () => visit.socket.destroy());
    channel.on('close', leave);
    // Without an exit status and an end OpenSSH's sftp and scp wait for ever when they are done.
    channel.on('end', () => {
      leave();
      channel.exit(0);
      channel.end();
    });
  }
}

/** One connection, from its socket to the last thing that its sessions left to do. */
class Visit {
  principal: Principal | null = null;
  client = '';
  attempts = 0;
  keysOffered = 0;
  channels = 0;
  enteredAt = 0;
  roundTripMilliseconds: number | null = null;
  private isOver = false;
  private leave: () => Promise<void> = () => Promise.resolve();
  private readonly loginTimer: NodeJS.Timeout;
  readonly endings = new Set<() => void>();
  /** What goes on when the client takes again what we send. */
  readonly reliefs = new Set<() => void>();
  private awaitsKeys = false;
  private readonly work = new Set<Promise<void>>();
  private resolveLeft!: () => void;
  /** Resolves when the connection is over and everything about it is noted. */
  readonly left: Promise<void>;

  constructor(
    readonly socket: Socket,
    readonly address: string,
    loginMilliseconds: number,
  ) {
    this.left = new Promise((resolve) => {
      this.resolveLeft = resolve;
    });
    this.loginTimer = setTimeout(() => socket.destroy(), loginMilliseconds);
    socket.on('drain', () => this.relieve());
  }

  /** Nothing more should be answered: the client does not take what we sent, or it waits for new keys. */
  get isHeldUp(): boolean {
    return this.awaitsKeys || this.socket.writableLength > mostBytesUnsent;
  }

  awaitKeys(isDue: boolean): void {
    this.awaitsKeys = isDue;
    if (!isDue) this.relieve();
  }

  enter(principal: Principal, leave: () => Promise<void>): void {
    this.principal = principal;
    this.enteredAt = performance.now();
    clearTimeout(this.loginTimer);
    if (this.isOver) void leave();
    else this.leave = leave;
  }

  private relieve(): void {
    if (!this.isHeldUp) for (const run of this.reliefs) run();
  }

  wait(work: Promise<void>): void {
    this.work.add(work);
    void work.finally(() => this.work.delete(work));
  }

  end(): void {
    clearTimeout(this.loginTimer);
    this.isOver = true;
    for (const run of this.endings) run();
    // The session lasts until the last of its files is noted.
    void Promise.allSettled(this.work)
      .then(() => this.leave())
      .then(() => this.resolveLeft());
  }
}
