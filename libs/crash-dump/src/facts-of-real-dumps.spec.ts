import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testData } from '../../../tests/support/test-data.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { documentOf, type DocumentModule, type DumpDocument } from './document-of.js';

/** What other tools say of one dump: minidump_dump and minidump_stackwalk (Breakpad), rizin with symbols. */
type Facts = Record<string, unknown> & { file: string };
interface Dump {
  document: DumpDocument;
  bytes: Buffer;
  facts: Facts;
}

/** What is said of the sample itself, not of what is in it. */
const ofTheSample = ['repo', 'path', 'how', 'note'];

/** What the document does not tell, and why. */
const notTold: Record<string, string> = {
  stream_count: 'how a minidump is cut into parts says nothing of the crash; completeness counts those that are used',
  flags: 'which options MiniDumpWriteDump was given; what came of it is told by the lists themselves',
  DirectoryTableBase: 'used to translate addresses; a place in memory that tells a reader nothing',
  PsLoadedModuleList: 'used to find modules',
  PsActiveProcessHead: 'used to find processes',
  KdDebuggerDataBlock: 'used to find the kernel’s own lists',
  MiniDumpFields: 'which parts Windows wrote; each part is told by what is in it',
  ProductType: 'the product is told by its build',
  SuiteMask: 'a licence, not a fact of the crash',
  required_dump_space: 'an estimate that Windows made before writing: 0x197915 for a file of 0x160ab4 bytes',
  header_exception:
    'the exception of KeBugCheckEx itself (a breakpoint), kept apart from that of the fault, which is told',
};

/** Each fact as the document tells it, in the form that the list of facts has. */
const told: Record<string, (dump: Dump) => unknown> = {
  file: ({ document }) => document.file,
  size: ({ document }) => document.completeness.foundBytes,
  sha256: ({ bytes }) => createHash('sha256').update(bytes).digest('hex'),
  kind: ({ document: { format, kind } }) =>
    format === 'user-minidump' ? 'MDMP user-mode minidump' : kind === 'triage' && triageInFile,
  os: ({ document: { os } }) => [
    'Windows NT',
    `${os.name === 'Windows 7' ? '6.1' : '10.0'}.${os.build} ${revisionOf(os)}`,
  ],
  cpu: ({ document: { machine, hardware, processors } }) => [
    machine.toLowerCase(),
    [hardware?.processor?.vendor, hardware?.processor?.name].filter(Boolean).join(' '),
    String(processors),
  ],
  crash: ({ document }) => crashAsBreakpadSays(document),
  exception_code: ({ document }) => document.exception?.code,
  exception_address: ({ document }) => document.exception?.address,
  module_count_excluding_unloaded: ({ document }) => document.modules.length,
  module_count: ({ document }) => document.modules.length,
  modules: ({ document, facts }) =>
    facts['machine'] === undefined ? byPlace(document.modules).map(moduleOfProcess) : document.modules.map(driver),
  time: ({ document }) => document.time?.slice(0, 19).replace('T', ' ') ?? null,
  thread_count: ({ document }) => document.threads.length,
  valid: ({ document }) => document.completeness.verdict === 'complete',
  bugcheck_code: ({ document }) => document.bugcheck?.code,
  bugcheck_name: ({ document }) => document.bugcheck?.name,
  bugcheck_params: ({ document }) => document.bugcheck?.parameters.map(({ value }) => value),
  os_build: ({ document }) => document.os.build,
  machine: ({ document }) => document.machine,
  processors: ({ document }) => document.processors,
  system_time_utc: ({ document }) => document.time,
  uptime_seconds: ({ document }) => document.uptimeSeconds,
  'triage_header.SizeOfDump': ({ document }) => hex(document.completeness.expectedBytes ?? 0),
  'triage_header.DriverCount': ({ document }) => hex(document.modules.length),
  'triage_header.BrokenDriverOffset': ({ document }) => document.blamedBySystem ?? '0x0',
  valid_trailer: ({ document }) =>
    document.completeness.reasons[0]?.includes('closed by TRGD') && "0x44475254 ('TRGD')",
  unloaded: ({ document }) =>
    document.unloadedModules.map(({ name, base, size }) => ({
      name,
      start: base,
      end: hex(BigInt(base) + BigInt(size)),
    })),
  data_blocks: ({ document }) => document.memory?.pieces,
  data_block_bytes: ({ document }) => document.memory?.bytes,
  build_lab: ({ document }) => document.os.lab,
  faulting_module: ({ document }) => document.crash?.module,
  context_at_P4_rip: ({ document }) => document.crash?.address,
  exception_at_P3: ({ document: { crash } }) =>
    crash?.exception && { code: crash.exception.code, params: crash.exception.parameters },
  cpu_vendor: ({ document }) => document.hardware?.processor?.vendor,
  secondary_blobs: ({ document }) => document.secondaryData.length,
  process: ({ document }) => document.process?.name,
  stack_rizin_with_pdb: ({ document, facts }) => framesThatAreFound(document, facts),
};

/** Offsets in the file of what is told by itself: drivers, registers, stack, process. */
const isOffsetInFile = /^triage_header\.(?!SizeOfDump$|DriverCount$|BrokenDriverOffset$)/;

/** Where the document says something else than the other tool, and who is right. */
const mismatches: { file: string; fact: string; theirs: unknown; ours: unknown; why: string }[] = [
  {
    file: 'r2-trunc_memory64.mdmp.dmp',
    fact: 'time',
    theirs: '1970-01-01 00:00:00',
    ours: null,
    why: 'the field holds 0: it was never written, and nobody crashed with Windows in 1970',
  },
  {
    file: 'rizin-triage_x64.dmp',
    fact: 'system_time_utc',
    theirs: '2021-02-21T01:38:22.987765Z',
    ours: '2021-02-21T01:38:22.987Z',
    why: 'the same moment: the document gives milliseconds, cut and not rounded',
  },
  {
    file: 'rizin-triage_x64.dmp',
    fact: 'data_blocks',
    theirs: 1831,
    ours: 1160,
    why: 'blocks that touch are one piece of memory: 1831 blocks are 1160 pieces without a hole',
  },
  {
    file: 'rizin-triage_x64.dmp',
    fact: 'data_block_bytes',
    theirs: 1_153_874,
    ours: 1_153_994,
    why: 'the stack is memory too; all but 120 bytes of it are in the blocks as well',
  },
];

const triageInFile = 'kernel triage dump (PAGEDU64, DumpType 4)';

/** Breakpad writes the revision where Windows tells a service pack; we give it as part of the build. */
function revisionOf({ lab }: DumpDocument['os']): string {
  return /^Windows NT \d+\.\d+\.\d+\.(\d+)$/.exec(lab ?? '')?.[1] ?? '';
}

/** Breakpad’s reason names the access that failed, or what the fast fail found; its address is that of the access. */
function crashAsBreakpadSays({ crash, exception, threads }: DumpDocument): unknown {
  if (!crash?.exception || !exception) return { reason: 'No crash', address: '', thread_index: '' };
  const { meaning, parameters, name } = crash.exception;
  const [, verb, accessed] = /^(reading|writing|executing).*? (0x[0-9a-f]+)/.exec(meaning ?? '') ?? [];
  const access = { reading: 'READ', writing: 'WRITE', executing: 'EXEC' }[verb ?? ''];
  return {
    reason: access
      ? `EXCEPTION_${name?.replace('STATUS_', '')}_${access}`
      : `FAST_FAIL_${/^(\w+):/.exec(meaning ?? '')?.[1] ?? parameters[0]}`,
    address: accessed ?? exception.address,
    thread_index: String(threads.findIndex(({ crashed }) => crashed)),
  };
}

function byPlace<T extends { base: string }>(list: T[]): T[] {
  return [...list].sort((a, b) => (BigInt(a.base) < BigInt(b.base) ? -1 : 1));
}

function moduleOfProcess({ name, base, size, version, codeView }: DocumentModule): unknown {
  return {
    name,
    version: version ?? '',
    debug_file: codeView?.file ?? '',
    debug_id: codeView?.id ?? '',
    base: `0x${BigInt(base).toString(16).padStart(8, '0')}`,
    end: `0x${(BigInt(base) + BigInt(size) - 1n).toString(16).padStart(8, '0')}`,
  };
}

function driver({ path, base, size, timeDateStamp, checksum }: DocumentModule): unknown {
  return { name: path, base, size: hex(size), timestamp: timeDateStamp, checksum };
}

/** The frames of the truth that are among ours. Its first is where KeBugCheckEx begins, its last an end mark: no returns. */
function framesThatAreFound({ stack, reportingStack }: DumpDocument, facts: Facts): unknown {
  const found = new Set(['0xfffff8047bdf5a80', '0x0', ...[...reportingStack, ...stack].map(({ address }) => address)]);
  return (facts['stack_rizin_with_pdb'] as { ip: string }[]).filter(({ ip }) => found.has(ip));
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** Facts by name; those of a header inside are named `header.field`. */
function flat(facts: Facts): [name: string, value: unknown][] {
  return Object.entries(facts).flatMap(([name, value]) =>
    name === 'triage_header'
      ? Object.entries(value as object).map(([field, one]): [string, unknown] => [`${name}.${field}`, one])
      : [[name, value]],
  );
}

const list = testData('dumps/facts.json');
const every = list === null ? [] : (JSON.parse(readFileSync(list, 'utf8')) as Facts[]);

async function open(facts: Facts): Promise<Dump> {
  const path = testData(`dumps/${facts.file}`);
  if (path === null) throw new Error(`dumps/${facts.file} is listed in facts.json but is not there`);
  const bytes = readFileSync(path);
  return { bytes, facts, document: documentOf(await analyseDump(fromBytes(bytes)), { file: facts.file }) };
}

if (list === null) {
  describe('facts of real dumps', () => {
    it.skip('are not on this machine: set CASERELAY_TEST_DATA to a folder that holds dumps/facts.json', () =>
      undefined);
  });
} else {
  describe('facts of real dumps', () => {
    it('are there for every dump', () => {
      const files = readdirSync(dirname(list)).filter((name) => name.endsWith('.dmp'));
      expect(every.map(({ file }) => file).sort()).toEqual(files.sort());
    });

    it('are all compared, or it is said why not', () => {
      const known = new Set([...ofTheSample, ...Object.keys(notTold), ...Object.keys(told)]);
      const unknown = every.flatMap((facts) =>
        flat(facts).filter(([name]) => !known.has(name) && !isOffsetInFile.test(name)),
      );
      expect(unknown).toEqual([]);
    });

    it.each(every)(
      '$file: each is in the document as the other tool says, or the mismatch is explained',
      async (facts) => {
        const dump = await open(facts);
        const compared = flat(facts).filter(([name]) => told[name] !== undefined);
        const ours = compared.map(([name]): [string, unknown] => [name, plain(told[name]?.(dump))]);
        const explained = mismatches.filter(({ file }) => file === facts.file);
        for (const { fact, theirs } of explained) expect([fact, facts[fact]]).toEqual([fact, theirs]);
        expect(Object.fromEntries(ours)).toEqual({
          ...Object.fromEntries(compared),
          ...Object.fromEntries(explained.map(({ fact, ours: value }) => [fact, value])),
        });
      },
    );

    it.each(every.filter(({ stack_rizin_with_pdb }) => stack_rizin_with_pdb !== undefined))(
      '$file: its 35 true return addresses are found, and the surer we are of a frame the likelier it is true',
      async (facts) => {
        const { stack, reportingStack } = (await open(facts)).document;
        const truth = (facts['stack_rizin_with_pdb'] as { ip: string }[]).slice(1, -1).map(({ ip }) => ip);
        const frames = [...reportingStack, ...stack];
        const trueOf = (ofThese: typeof frames): number =>
          ofThese.filter(({ address }) => truth.includes(address)).length / ofThese.length;
        expect(new Set(truth.filter((ip) => frames.some(({ address }) => address === ip))).size).toBe(35);
        const shares = [
          frames.filter(({ confidence }) => confidence >= 0.8),
          frames.filter(({ confidence }) => confidence >= 0.5 && confidence < 0.8),
          frames.filter(({ confidence }) => confidence < 0.5),
        ].map(trueOf);
        expect([...shares].sort((a, b) => b - a)).toEqual(shares);
        expect(shares[0]).toBeGreaterThan(0.8);
      },
    );

    it('that differ are listed once, each with its reason', () => {
      for (const { theirs, ours, why } of mismatches) {
        expect(ours).not.toEqual(theirs);
        expect(why.length).toBeGreaterThan(20);
      }
    });
  });
}

function plain(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}
