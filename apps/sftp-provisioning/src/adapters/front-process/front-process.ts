import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromFront, FrontLoad, FrontOrder, Listening, ToFront } from './front-messages.js';

interface Options<Settings extends { SFTP_PORT: number }> {
  settings: Settings;
  clock(): FrontOrder<Settings>['clock'];
  onTold(): void;
  stopMilliseconds: number;
  log: {
    info(details: object, message: string): void;
    error(details: object, message: string): void;
  };
}

/** `dist/` lies beside `src/`, so the way to it is the same from both: the process always runs what was built. */
const entry = fileURLToPath(new URL('../../../dist/front-process.js', import.meta.url));
/**
 * What arrives lies outside of V8's heap and dies young. With its own settings V8 counts it as old memory and marks the
 * whole heap several times for each gibibyte, a sixth of the processor time of an upload; a small nursery finds it dead
 * sooner, and an old space that starts larger is not asked for so often.
 */
const memoryFlags = ['--max-semi-space-size=4', '--initial-old-space-size=256'];
const lookEveryMilliseconds = 1_000;
/** Looks, not seconds: a service that was itself held up must not take its front for dead. */
const mostSilentLooks = 30;
const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 5_000;
const provenMilliseconds = 60_000;

/**
 * The process that receives uploads. It has an event loop of its own, so that nothing that holds up the service holds up
 * a transfer. One that dies or falls silent is started again on the same port.
 */
export class FrontProcess<Settings extends { SFTP_PORT: number }> {
  private child: ChildProcess | null = null;
  private listening: Listening | null = null;
  private isListening = false;
  private silentLooks = 0;
  private pause = firstPauseMilliseconds;
  private isStopping = false;
  private again: NodeJS.Timeout | null = null;
  private readonly looking: NodeJS.Timeout;
  /** Where it takes uploads of browsers; null while it is being started. */
  browsers: Listening['browsers'] | null = null;
  /** What goes on there, as it said last; nothing while it is being started. */
  load: FrontLoad | null = null;
  /** How often it had to be started again. */
  restarts = 0;

  constructor(private readonly options: Options<Settings>) {
    this.looking = setInterval(() => this.look(), lookEveryMilliseconds);
    this.looking.unref();
  }

  /** Starts it and tells where it listens. Rejects when it cannot listen at all. */
  async open(): Promise<Listening> {
    try {
      this.listening = await this.begin(this.options.settings.SFTP_PORT);
    } catch (error) {
      await this.stop();
      throw error;
    }
    return this.listening;
  }

  get isReady(): boolean {
    return this.isListening;
  }

  get processId(): number | undefined {
    return this.child?.pid;
  }

  /** Ends all sessions of a space at once. A front that is just being started has none. */
  endSessions(spaceId: string): void {
    this.say({ type: 'end-sessions', spaceId });
  }

  /** Lets the front note what it leaves open; one that takes too long is killed. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.looking);
    if (this.again) clearTimeout(this.again);
    const child = this.child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    const tooLate = setTimeout(() => child.kill('SIGKILL'), this.options.stopMilliseconds);
    this.say({ type: 'stop' });
    await ended;
    clearTimeout(tooLate);
    this.options.onTold();
  }

  private begin(port: number): Promise<Listening> {
    const child = fork(entry, [], {
      env: {},
      execArgv: memoryFlags,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child = child;
    this.silentLooks = 0;
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      child.on('message', (message) => this.hear(message as FromFront, resolve, reject));
      child.on('error', (error) => {
        reject(error);
        if (child.pid === undefined) this.ended(0, { code: null, signal: null });
      });
      child.on('close', (code, signal) => {
        reject(new Error(`the process of the SFTP front ended with ${signal ?? `code ${code}`}`));
        this.ended(performance.now() - startedAt, { code, signal });
      });
      this.say({
        type: 'open',
        order: { settings: { ...this.options.settings, SFTP_PORT: port }, clock: this.options.clock() },
      });
    });
  }

  private hear(
    message: FromFront,
    onListening: (listening: Listening) => void,
    onFailure: (error: Error) => void,
  ): void {
    this.silentLooks = 0;
    switch (message.type) {
      case 'listening':
        this.isListening = true;
        this.browsers = message.browsers;
        onListening(message);
        return;
      case 'failed':
        onFailure(new Error(`the SFTP front cannot open: ${message.fault}`));
        return;
      case 'told':
        this.options.onTold();
        return;
      case 'sign-of-life':
        this.isListening = message.isListening;
        this.load = message.load;
        return;
    }
  }

  private ended(livedMilliseconds: number, { code, signal }: { code: number | null; signal: string | null }): void {
    this.child = null;
    this.isListening = false;
    this.browsers = null;
    this.load = null;
    const { listening } = this;
    if (this.isStopping || !listening) return;
    if (livedMilliseconds > provenMilliseconds) this.pause = firstPauseMilliseconds;
    this.options.log.error({ code, signal, pause: this.pause }, 'the SFTP front ended by itself and is started again');
    this.again = setTimeout(() => {
      this.restarts += 1;
      this.begin(listening.port).then(
        ({ port }) => this.options.log.info({ port }, 'the SFTP front listens again'),
        (error: unknown) => this.options.log.error({ error }, 'the SFTP front could not be started again'),
      );
    }, this.pause);
    this.pause = Math.min(this.pause * 2, longestPauseMilliseconds);
  }

  private look(): void {
    if (!this.child) return;
    this.silentLooks += 1;
    if (this.silentLooks <= mostSilentLooks) return;
    this.options.log.error({ looks: this.silentLooks }, 'the SFTP front gives no sign of life and is killed');
    this.child.kill('SIGKILL');
  }

  private say(message: ToFront<Settings>): void {
    // Fails when the process has just died, which `close` tells.
    if (this.child?.connected) this.child.send(message, () => undefined);
  }
}
