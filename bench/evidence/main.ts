import { folderSettings, openEvidenceStore, type EvidenceStore } from '@caserelay/evidence-store';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What the encryption of evidence costs: the same is done to a store with a key and to one without, by turns, and the
 * ratio of the medians is told.
 * usage: npm run bench:evidence
 */
const rounds = 7;
const mebibyte = 2 ** 20;
const fileBytes = 512 * mebibyte;
/** As the SFTP server hands over what OpenSSH sends: packets of 32 KiB, joined to writes of 256 KiB. */
const packetBytes = 32 * 1024;
const batchPackets = 8;
const location = 'uploads/bench/MEMORY.DMP';

interface Measured {
  milliseconds: number;
  cpuMilliseconds: number;
}

type Work = (store: EvidenceStore) => Promise<void>;

const packets = Array.from({ length: batchPackets }, () => randomBytes(packetBytes));
const works: { name: string; amount: string; prepare: Work; work: Work }[] = [
  {
    name: 'write 256 KiB at a time',
    amount: '512 MiB',
    prepare: (store) => store.remove(location),
    work: writeAll,
  },
  { name: 'read from end to end', amount: '512 MiB', prepare: () => Promise.resolve(), work: readAll },
  { name: 'read pages of 4 KiB anywhere', amount: '5000 pages', prepare: () => Promise.resolve(), work: readPages },
  {
    name: 'write files of 10 KiB, each durable',
    amount: '200 files',
    prepare: async (store) => {
      for (let count = 0; count < 200; count += 1) await store.remove(`uploads/small/${count}/a.txt`);
    },
    work: writeSmall,
  },
];

const folder = await mkdtemp(join(process.env['BENCH_DIR'] ?? tmpdir(), 'evidence-bench-'));
try {
  const plain = storeWith(join(folder, 'plain'), 'none');
  const encrypted = storeWith(join(folder, 'encrypted'), randomBytes(32).toString('hex'));
  process.stdout.write(
    '| | | plain | encrypted | ratio | CPU plain | CPU encrypted |\n| - | - | -: | -: | -: | -: | -: |\n',
  );
  for (const { name, amount, prepare, work } of works) {
    const measured = { plain: [] as Measured[], encrypted: [] as Measured[] };
    for (let round = 0; round < rounds; round += 1)
      for (const [kind, store] of [
        ['plain', plain],
        ['encrypted', encrypted],
      ] as const) {
        await prepare(store);
        measured[kind].push(await measure(() => work(store)));
      }
    const [before, after] = [median(measured.plain), median(measured.encrypted)];
    const ratio = (after.milliseconds / before.milliseconds).toFixed(2);
    const times = [before.milliseconds, after.milliseconds].map((one) => `${one.toFixed(0)} ms`);
    const cpu = [before.cpuMilliseconds, after.cpuMilliseconds].map((one) => `${one.toFixed(0)} ms`);
    process.stdout.write(`| ${[name, amount, ...times, ratio, ...cpu].join(' | ')} |\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}

function storeWith(path: string, key: string): EvidenceStore {
  return openEvidenceStore(folderSettings(path, key));
}

async function measure(work: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await work();
  const milliseconds = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  return { milliseconds, cpuMilliseconds: (user + system) / 1000 };
}

function median(measured: readonly Measured[]): Measured {
  const sorted = [...measured].sort((a, b) => a.milliseconds - b.milliseconds);
  return sorted[Math.floor(sorted.length / 2)] ?? { milliseconds: 0, cpuMilliseconds: 0 };
}

async function writeAll(store: EvidenceStore): Promise<void> {
  const file = await store.create(location);
  for (let at = 0; at < fileBytes; at += batchPackets * packetBytes) await file.write(packets, at);
  await file.close();
}

async function readAll(store: EvidenceStore): Promise<void> {
  const file = await store.openForReading(location);
  for (let at = 0; at < fileBytes; at += mebibyte) await file.read(at, mebibyte);
  await file.close();
}

async function readPages(store: EvidenceStore): Promise<void> {
  const file = await store.openForReading(location);
  let state = 1;
  for (let count = 0; count < 5000; count += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    await file.read(Math.floor((state / 2 ** 32) * (fileBytes / 4096)) * 4096, 4096);
  }
  await file.close();
}

async function writeSmall(store: EvidenceStore): Promise<void> {
  const content = randomBytes(10_240);
  for (let count = 0; count < 200; count += 1) {
    const file = await store.create(`uploads/small/${count}/a.txt`);
    await file.write([content], 0);
    await file.sync();
    await file.close();
  }
}
