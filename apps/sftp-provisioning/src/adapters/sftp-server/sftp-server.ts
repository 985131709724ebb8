import type { AddressInfo } from 'node:net';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';
import type { HostKey } from './host-key.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { ReceiveWindows } from './receive-window.js';
import { rekeyNowAndThen, type RekeyLimits } from './rekey.js';
import { SftpSession, type RemoteFiles } from './sftp-session.js';

export interface Principal {
  readonly spaceId: string;
  readonly caseId: string;
}

export interface SftpServerOptions {
  readonly hostKey: HostKey;
  /** Who this is, or null. Must take the same time for every wrong answer. */
  authenticate(account: string, password: string): Promise<Principal | null>;
  filesOf(principal: Principal): RemoteFiles;
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

const mostLoginAttempts = 5;
const mostChannels = 4;
const keepalivesMissed = 3;
const mostBytesUnsent = 4 * 1024 * 1024;
/** Of all connections, those that have not logged in yet. */
const shareOfStrangers = 0.25;

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
      (connection, info) => this.welcome(connection, `${info.ip} ${info.port}`),
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

  private welcome(connection: Connection, key: string): void {
    const visit = this.sockets.get(key);
    if (!visit) {
      connection.end();
      return;
    }
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
    if (context.method !== 'password') {
      context.reject(['password']);
      return;
    }
    const { username, password } = context;
    visit.attempts += 1;
    try {
      const principal =
        username.length <= 64 && password.length <= 256 ? await this.options.authenticate(username, password) : null;
      if (principal) {
        visit.enter(principal);
        this.options.log.info(
          { caseId: principal.caseId, account: username, address: visit.address },
          'a customer logged in',
        );
        context.accept();
        return;
      }
    } catch (error) {
      this.options.log.warn({ error, address: visit.address }, 'a login could not be checked');
    }
    this.options.log.info({ address: visit.address, attempt: visit.attempts }, 'a login was refused');
    await new Promise((resolve) => setTimeout(resolve, this.options.refusalMilliseconds));
    if (visit.attempts >= mostLoginAttempts) visit.socket.destroy();
    else context.reject(['password']);
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
      this.options.filesOf(principal),
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
  attempts = 0;
  channels = 0;
  enteredAt = 0;
  roundTripMilliseconds: number | null = null;
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

  enter(principal: Principal): void {
    this.principal = principal;
    this.enteredAt = performance.now();
    clearTimeout(this.loginTimer);
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
    for (const run of this.endings) run();
    void Promise.allSettled(this.work).then(() => this.resolveLeft());
  }
}
