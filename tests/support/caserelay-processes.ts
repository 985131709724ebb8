import { services, type ServiceName } from '@caserelay/contracts';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { aMasterKey } from './evidence.js';
import { repository } from './repository.js';
import { until } from './until.js';

/** How a play starts CaseRelay: as it is built, in processes of its own. */
export interface ProcessOptions {
  /** Where the parts are, and everything that the play wants to set. */
  environment: Record<string, string>;
  separate: boolean;
  folder: string;
  smtpPortOfCatcher: number;
  sentLookupUrl: string;
}

/** CaseRelay in processes. */
export interface CaseRelayProcesses {
  readonly smtpPort: number;
  readonly intakeUrl: string;
  readonly consoleUrl: string;
  readonly workflowUrl: string;
  readonly intakeKey: string;
  readonly consoleLogin: string;
  /** Kills the process that hosts the service, without warning, and starts it again. */
  killAndRestart(service: ServiceName): Promise<void>;
  /** The end of what a process has logged. */
  logOf(service: ServiceName): Promise<string>;
  stop(): Promise<void>;
}

/** Starts CaseRelay from its build and waits until every service is ready. */
export async function startProcesses(options: ProcessOptions): Promise<CaseRelayProcesses> {
  await mkdir(options.folder, { recursive: true });
  const ports = Object.fromEntries(
    await Promise.all(services.map(async (service) => [service, await freePort()])),
  ) as Record<ServiceName, number>;
  const smtpPort = await freePort();
  const sftpPort = await freePort();
  const intakeKey = randomBytes(16).toString('hex');
  const password = randomBytes(12).toString('hex');
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    LOG_LEVEL: 'info',
    EVIDENCE_DIR: join(options.folder, 'evidence'),
    EVIDENCE_KEY: aMasterKey(),
    CUSTOMER_PAGE_KEY: randomBytes(32).toString('base64url'),
    CUSTOMER_PAGE_URL: `http://127.0.0.1:${ports['case-workflow']}`,
    SMTP_PORT: String(smtpPort),
    SFTP_PORT: String(sftpPort),
    SFTP_PUBLIC_HOST: '127.0.0.1',
    SFTP_HOST_KEY_FILE: join(options.folder, 'sftp_host_key'),
    PUBLIC_URL: `http://127.0.0.1:${ports['sftp-provisioning']}`,
    MAIL_SERVER_URL: `smtp://127.0.0.1:${options.smtpPortOfCatcher}`,
    SENT_LOOKUP_URL: options.sentLookupUrl,
    INTAKE_API_KEY: intakeKey,
    CONSOLE_USER: 'engineer',
    CONSOLE_PASSWORD: password,
    ...Object.fromEntries(
      services.map((service) => [`${service.toUpperCase().replaceAll('-', '_')}_HTTP_PORT`, String(ports[service])]),
    ),
    ...options.environment,
  };
  const processes = new Map<string, ChildProcess>();
  const nameOf = (service: ServiceName): string => (options.separate ? service : 'all');
  const logFile = (name: string): string => join(options.folder, `${name}.log`);
  const start = (name: string): void => {
    // A file, not a pipe: whatever a killed process leaves behind would keep a pipe open, and the tests from ending.
    const log = openSync(logFile(name), 'a');
    const child = spawn(process.execPath, [join(repository, 'apps/caserelay/dist/main.js')], {
      cwd: options.folder,
      env: { ...environment, ROLE: name },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    processes.set(name, child);
  };
  const ready = async (service: ServiceName): Promise<void> => {
    await until(
      `${service} is ready`,
      async () => {
        const child = processes.get(nameOf(service));
        if (child?.exitCode !== null)
          throw new Error(`${service} ended with ${String(child?.exitCode)}:\n${await tail(logFile(nameOf(service)))}`);
        return (await fetch(`http://127.0.0.1:${ports[service]}/health/ready`)).ok;
      },
      60_000,
    );
  };
  const names = options.separate ? [...services] : ['all'];
  const stop = async (): Promise<void> => {
    await Promise.all(
      [...processes.values()].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
        await ended;
        clearTimeout(timer);
      }),
    );
  };
  try {
    for (const name of names) start(name);
    for (const service of services) await ready(service);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    smtpPort,
    intakeUrl: `http://127.0.0.1:${ports.intake}`,
    consoleUrl: `http://127.0.0.1:${ports['ops-console']}`,
    workflowUrl: `http://127.0.0.1:${ports['case-workflow']}`,
    intakeKey,
    consoleLogin: `Basic ${Buffer.from(`engineer:${password}`).toString('base64')}`,
    killAndRestart: async (service) => {
      const child = processes.get(nameOf(service));
      if (child?.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
        child.kill('SIGKILL');
        await ended;
      }
      start(nameOf(service));
      await ready(service);
    },
    logOf: (service) => tail(logFile(nameOf(service))),
    stop,
  };
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolveListen) => server.listen(0, '127.0.0.1', resolveListen));
  const address = server.address();
  await new Promise((resolveClose) => server.close(resolveClose));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').slice(-15).join('\n');
}
