import { access, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSsh, psftp, run } from './clients.js';
import type { Contestant, Workshop } from './contestants.js';
import { openDelayProxy } from './delay-proxy.js';
import { hasNativeCrypto, startOurs } from './ours.js';
import { startOpenSsh, startProftpd } from './peers.js';
import { TreeWatch, sizeOfTree } from './process-tree.js';

/**
 * How fast uploads are received, and at what cost, beside Debian's OpenSSH and ProFTPD, all in one run. Every server
 * writes below the same folder; ours is the whole service, of which the process that receives uploads is measured, as
 * of the others their processes.
 * usage: npm run bench:sftp -- [--rounds 3] [--mebibytes 1024] [--folder DIR] [--small-files 200] [--only REGEXP] [--without TEXT]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    mebibytes: { type: 'string', default: '1024' },
    folder: { type: 'string', default: tmpdir() },
    'small-files': { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    without: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const large = Number(values.mebibytes);
const eighth = Math.ceil(large / 8);
const roundTripMilliseconds = 100;
const smallFiles = Number(values['small-files']);
let smallFolders = 0;
const logins = 40;
const loginsAtOnce = 8;

type Shop = Workshop & { puttyKey: string; hostKeyFingerprint: string; source: string };

interface Discipline {
  readonly title: string;
  readonly unit: 'MiB/s' | 'files/s' | 'logins/s';
  /** How many of the unit one round is. */
  readonly amount: number;
  run(contestant: Contestant, shop: Shop): Promise<void>;
}

const gcm = { cipher: 'aes128-gcm@openssh.com' };
const disciplines: Discipline[] = [
  {
    title: `sftp, ${large} MiB, aes128-gcm`,
    unit: 'MiB/s',
    amount: large,
    run: (it, shop) => openSsh(it, shop, [put(shop, large, it, 'one')], gcm),
  },
  {
    title: `sftp, ${large} MiB, its default cipher`,
    unit: 'MiB/s',
    amount: large,
    run: (it, shop) => openSsh(it, shop, [put(shop, large, it, 'one')]),
  },
  {
    title: `sftp, 8 at once of ${eighth} MiB, aes128-gcm`,
    unit: 'MiB/s',
    amount: 8 * eighth,
    run: (it, shop) => atOnce(8, (each) => openSsh(it, shop, [put(shop, eighth, it, `eight-${each}`)], gcm)),
  },
  {
    title: `psftp, ${eighth} MiB`,
    unit: 'MiB/s',
    amount: eighth,
    run: (it, shop) => psftp(it, shop, [put(shop, eighth, it, 'putty')]),
  },
  {
    title: `sftp, ${eighth} MiB, ${roundTripMilliseconds} ms round trip`,
    unit: 'MiB/s',
    amount: eighth,
    run: overSlowLine,
  },
  {
    title: `sftp, ${smallFiles} files of 4 KiB`,
    unit: 'files/s',
    amount: smallFiles,
    run: (it, shop) => {
      // Names that were never there, for every server: ours keeps what it has received, whatever is cleared on its disk.
      smallFolders += 1;
      const to = `${it.folder}small-${smallFolders}`;
      return openSsh(it, shop, [`mkdir ${to}`, `put ${shop.source}/small/*.log ${to}/`], gcm);
    },
  },
  {
    title: `logins, ${loginsAtOnce} at once`,
    unit: 'logins/s',
    amount: logins,
    run: (it, shop) =>
      atOnce(loginsAtOnce, async () => {
        for (let turn = 0; turn < logins / loginsAtOnce; turn += 1) await openSsh(it, shop, ['pwd']);
      }),
  },
];

interface Result {
  seconds: number;
  processorSeconds: number;
  peakMegabytes: number;
}

const shop = await openShop();
const running: Contestant[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void leave().finally(() => process.exit(1)));
try {
  for (const start of [startOurs, startOpenSsh, startProftpd]) await enter(start);
  process.stdout.write(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}, ` +
      `${hasNativeCrypto() ? 'with' : 'WITHOUT'} the native binding of ssh2, medians of ${rounds}, below ${values.folder}\n\n`,
  );
  process.stdout.write(row(['what', 'server', 'speed', '× OpenSSH', 'CPU s', '× OpenSSH', 'peak PSS MB']));
  process.stdout.write(row(['---', '---', '---:', '---:', '---:', '---:', '---:']));
  for (const discipline of disciplines.filter(({ title }) => new RegExp(values.only).test(title)))
    await compare(discipline);
} finally {
  await leave();
}
process.exit();

async function leave(): Promise<void> {
  for (const contestant of running.splice(0)) await contestant.stop();
  await rm(shop.folder, { recursive: true, force: true });
  await rm(shop.source, { recursive: true, force: true });
}

/** A peer that is not installed is left out, aloud; we ourselves may not be missing. */
async function enter(start: (shop: Shop) => Promise<Contestant>): Promise<void> {
  const needed = start === startOpenSsh ? '/usr/sbin/sshd' : start === startProftpd ? '/usr/sbin/proftpd' : null;
  if (needed !== null && !(await exists(needed))) {
    process.stderr.write(
      `left out: ${needed} is not installed (Debian: openssh-server, proftpd-basic proftpd-mod-crypto)\n`,
    );
    return;
  }
  const contestant = await start(shop);
  if (values.without !== undefined && contestant.name.includes(values.without)) await contestant.stop();
  else running.push(contestant);
}

async function compare(discipline: Discipline): Promise<void> {
  if (discipline.title.startsWith('psftp') && shop.puttyKey === '') {
    process.stderr.write('left out: psftp is not installed (Debian: putty-tools)\n');
    return;
  }
  const results = new Map<string, Result[]>(running.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const contestant of running) results.get(contestant.name)?.push(await measure(discipline, contestant));
  const medians = new Map([...results].map(([name, all]) => [name, medianOf(all)]));
  const peer = medians.get('OpenSSH internal-sftp');
  for (const [name, it] of medians)
    process.stdout.write(
      row([
        discipline.title,
        name,
        `${(discipline.amount / it.seconds).toFixed(discipline.unit === 'MiB/s' ? 0 : 1)} ${discipline.unit}`,
        ratio(peer && peer.seconds / it.seconds),
        costOf(discipline, it),
        ratio(peer && it.processorSeconds / peer.processorSeconds),
        it.peakMegabytes.toFixed(0),
      ]),
    );
}

async function measure(discipline: Discipline, contestant: Contestant): Promise<Result> {
  await contestant.clear();
  // What the one before has left to be written must not be written at the cost of the next.
  await run('sync', []);
  const watch = await TreeWatch.start(contestant.process);
  const began = performance.now();
  await discipline.run(contestant, shop);
  const seconds = (performance.now() - began) / 1000;
  for (let look = 0; look < 40 && (await sizeOfTree(contestant.process)) > 1; look += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return { seconds, ...(await watch.stop()) };
}

function costOf({ unit, amount }: Discipline, { processorSeconds }: Result): string {
  if (unit === 'MiB/s') return `${((processorSeconds / amount) * 1024).toFixed(2)} /GiB`;
  return `${((processorSeconds / amount) * 1000).toFixed(1)} ms each`;
}

async function overSlowLine(it: Contestant, shop: Shop): Promise<void> {
  const line = await openDelayProxy(it.port, roundTripMilliseconds / 2);
  try {
    await openSsh(it, shop, [put(shop, eighth, it, 'far')], { ...gcm, port: line.port });
  } finally {
    await line.close();
  }
}

function put({ source }: Shop, mebibytes: number, { folder }: Contestant, name: string): string {
  return `put ${source}/${mebibytes}.bin ${folder}${name}.bin`;
}

async function atOnce(count: number, work: (each: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, each) => work(each)));
}

/** Sources lie in memory where there is such a place, so that reading them costs nothing. */
async function openShop(): Promise<Shop> {
  const folder = await mkdtemp(join(values.folder, 'sftp-bench-'));
  const source = await mkdtemp(join((await exists('/dev/shm')) ? '/dev/shm' : values.folder, 'sftp-bench-'));
  for (const mebibytes of new Set([large, eighth])) await fill(join(source, `${mebibytes}.bin`), mebibytes);
  await mkdir(join(source, 'small'));
  for (let each = 0; each < smallFiles; each += 1) {
    const file = await open(join(source, 'small', `${each}.log`), 'w');
    await file.write(randomBytes(4096));
    await file.close();
  }
  const clientKey = join(folder, 'client_key');
  const hostKey = join(folder, 'host_key');
  for (const key of [clientKey, hostKey]) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const hostKeyFingerprint = (await run('ssh-keygen', ['-l', '-f', hostKey])).split(' ')[1] ?? '';
  const puttyKey = (await exists('/usr/bin/puttygen')) ? join(folder, 'client.ppk') : '';
  if (puttyKey !== '') await run('puttygen', [clientKey, '-O', 'private', '-o', puttyKey], { HOME: folder });
  return { folder, source, clientKey, hostKey, hostKeyFingerprint, puttyKey };
}

async function fill(path: string, mebibytes: number): Promise<void> {
  const file = await open(path, 'w');
  const piece = randomBytes(1024 * 1024);
  for (let each = 0; each < mebibytes; each += 1) {
    piece.writeUInt32BE(each);
    await file.write(piece);
  }
  await file.close();
}

function medianOf(results: Result[]): Result {
  const middle = (pick: (result: Result) => number): number =>
    results.map(pick).sort((one, other) => one - other)[results.length >> 1] ?? 0;
  return {
    seconds: middle(({ seconds }) => seconds),
    processorSeconds: middle(({ processorSeconds }) => processorSeconds),
    peakMegabytes: middle(({ peakMegabytes }) => peakMegabytes),
  };
}

function ratio(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
