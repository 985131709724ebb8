import { connect } from 'node:net';
import { once } from 'node:events';
import { aRoom, logIn, type Credentials, type Room } from '../services/sftp-provisioning/a-space.js';
import { seeded } from '../support/mutated-dump.js';
import { playHostileSession } from '../support/play-hostile-session.js';
import { SftpPackets } from '../support/sftp-packets.js';

export const places = ['session', 'before-login', 'after-login'] as const;

/** Where the packets go: into a session in this process, or over a real line to the whole service. */
export interface Share {
  place: (typeof places)[number];
  /** The first seed. */
  from: number;
  inputs: number;
}

/** How far a process came. */
export interface Progress {
  /** The seed that comes next. */
  next: number;
  inputs: number;
  sentAway: number;
  /** Of the process that reads them. */
  peakMegabytes: number;
  /** What went wrong with the seed before `next`; it was the last one then. */
  fault: string | null;
}

const packetsOfOneSeed = 40;
const tellEveryMilliseconds = 500;
const mostSilentMilliseconds = 10_000;

const share = JSON.parse(process.argv[2] ?? '') as Share;
const progress: Progress = { next: share.from, inputs: 0, sentAway: 0, peakMegabytes: 0, fault: null };
const telling = setInterval(tell, tellEveryMilliseconds);
const room = share.place === 'session' ? null : await aRoom({ SFTP_MAX_CONNECTIONS_PER_ADDRESS: '64' });
try {
  await work();
} finally {
  await room?.close();
}
clearInterval(telling);
tell();
process.exitCode = progress.fault === null ? 0 : 1;
process.disconnect();

async function work(): Promise<void> {
  try {
    if (room) await playOverTheLine(room);
    else await playHere();
  } catch (error) {
    progress.fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

async function playHere(): Promise<void> {
  while (progress.inputs < share.inputs) {
    const seed = progress.next;
    progress.next += 1;
    const { taken, wasSentAway } = await playHostileSession(new SftpPackets(seed).pieces(packetsOfOneSeed));
    progress.inputs += taken;
    if (wasSentAway) progress.sentAway += 1;
    if (seed % 100 === 0) progress.peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  }
}

/** Somebody else is logged in all the while, and is answered after each seed. */
async function playOverTheLine(room: Room): Promise<void> {
  const bystander = await logIn((await room.openSpace()).credentials);
  const { credentials } = await room.openSpace();
  while (progress.inputs < share.inputs) {
    const seed = progress.next;
    progress.next += 1;
    progress.inputs += await (share.place === 'before-login' ? shout(credentials, seed) : misbehave(credentials, seed));
    await within(
      new Promise((resolve, reject) =>
        bystander.sftp.stat('/upload', (error) => (error ? reject(error) : resolve(null))),
      ),
    );
    if (seed % 20 === 0) await look(room);
  }
  await look(room);
  bystander.client.end();
}

/** Sends noise where an SSH handshake is expected, sometimes after a good first line. Each piece counts. */
async function shout({ host, port }: Credentials, seed: number): Promise<number> {
  const random = seeded(seed);
  const socket = connect(port, host).on('error', () => undefined);
  await within(once(socket, 'connect'));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const pieces = new SftpPackets(seed).pieces(packetsOfOneSeed);
  if (random() < 0.7) socket.write('SSH-2.0-OpenSSH_9.2\r\n');
  let sent = 0;
  for (const piece of pieces) {
    if (socket.destroyed || socket.writableEnded) break;
    socket.write(piece);
    sent += 1;
  }
  socket.resume().end();
  await within(closed);
  progress.sentAway += 1;
  return sent;
}

/** Sends the packets of a session where SFTP is expected. */
async function misbehave(credentials: Credentials, seed: number): Promise<number> {
  const { client, channel } = await within(openChannel(credentials));
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  let sentAway = true;
  channel.on('error', () => undefined).resume();
  for (const piece of new SftpPackets(seed).pieces(packetsOfOneSeed)) channel.write(piece);
  channel.once('exit', () => (sentAway = false));
  channel.once('close', () => client.end());
  channel.end();
  await within(closed);
  if (sentAway) progress.sentAway += 1;
  return packetsOfOneSeed;
}

async function openChannel({ host, port, user, password }: Credentials) {
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client().on('error', () => undefined);
  const ready = new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('close', () => reject(new Error('a right login was refused')));
  });
  client.connect({ host, port, username: user, password });
  await ready;
  return new Promise<{ client: typeof client; channel: import('ssh2').ClientChannel }>((resolve, reject) => {
    client.subsys('sftp', (error, channel) => (error ? reject(error) : resolve({ client, channel })));
  });
}

/** Asks the service whether its front is still the first one, and how large it is. */
async function look(room: Room): Promise<void> {
  const text = await (await fetch(`${room.service.url}/metrics`)).text();
  const value = (name: string): number =>
    Number(new RegExp(`^caserelay_sftp_${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
  if (value('restarts') !== 0) throw new Error('the process that receives uploads ended and was started again');
  progress.peakMegabytes = Math.max(progress.peakMegabytes, Math.round(value('resident_bytes') / 1e6));
}

async function within<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${mostSilentMilliseconds} ms`)), mostSilentMilliseconds);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function tell(): void {
  process.send?.(progress);
}
