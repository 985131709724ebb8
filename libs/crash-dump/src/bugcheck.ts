import { bugcheckNames } from './bugcheck-names.data.js';
import type { BugcheckFacts } from './dump-facts.js';
import { fastFailCodes } from './fast-fail-codes.data.js';
import { hex } from './fields.js';
import { describeStatus } from './nt-status.js';

/** Says what one parameter stands for; a function when its value has a meaning of its own. */
type Meaning = string | null | ((value: bigint, all: readonly bigint[]) => string | null);

/** Names a bugcheck and what its parameters stand for. */
export function explainBugcheck(code: number, parameters: readonly bigint[]): BugcheckFacts {
  const meanings = parameterMeanings.get(withoutVariant(code)) ?? [];
  return {
    code: hex(code),
    name: bugcheckName(code),
    parameters: parameters.map((value, index) => {
      const meaning = meanings[index] ?? null;
      return { value: hex(value), meaning: typeof meaning === 'function' ? meaning(value, parameters) : meaning };
    }),
  };
}

/** Bit 28 marks a variant of the same bugcheck, told apart by `_M` in its name: 0x1000007E is 0x7E. */
export function withoutVariant(code: number): number {
  const plain = (code & 0xefffffff) >>> 0;
  return code !== plain && bugcheckNames.has(plain) ? plain : code;
}

function bugcheckName(code: number): string {
  const listed = bugcheckNames.get(code);
  if (listed !== undefined) return listed;
  const plain = bugcheckNames.get(withoutVariant(code));
  return plain === undefined ? 'an unlisted bugcheck' : `${plain}_M`;
}

const exceptionCode: Meaning = (value) => `exception that nobody handled: ${describeStatus(value)}`;
const irql: Meaning = (value) =>
  `interrupt level (IRQL) at that time: ${value}${value === 2n ? ', DISPATCH_LEVEL' : ''}`;
const faultingCode = 'address of the code that did it';

function choice(question: string, answers: Readonly<Record<string, string>>): Meaning {
  return (value) => `${question}: ${answers[hex(value)] ?? `${hex(value)}, not a listed value`}`;
}

const unhandledException: readonly Meaning[] = [
  exceptionCode,
  'address of the code where the exception happened',
  'address of the exception record',
  'address of the context record (the registers at that time)',
];

/** In our own words, after Microsoft's bug check code reference. */
const parameterMeanings: ReadonlyMap<number, readonly Meaning[]> = new Map<number, readonly Meaning[]>([
  [
    0x0a,
    [
      'memory address that could not be reached',
      irql,
      (value) => {
        const did = value & 8n ? 'run code there' : value & 1n ? 'write' : 'read';
        return `what was tried: ${did}`;
      },
      faultingCode,
    ],
  ],
  [
    0x1a,
    [
      choice('what the memory manager found', {
        '0x403': 'page tables out of step; often bad memory or a driver that wrote where it should not',
        '0x411': 'a page table entry is corrupted',
        '0x777': 'a page table entry is in a state that cannot be',
        '0x3451': 'the page table entries of a kernel stack are corrupted',
        '0x3453': 'page tables of an ended process were still in use',
        '0x5003': 'the working set list is corrupted',
        '0x5005': 'a memory area was reached that is not the caller’s',
        '0x41201': 'a page table entry and its page do not fit together',
        '0x41284': 'a page table entry or the working set list is corrupted',
        '0x41287': 'an illegal page fault while the working set was locked',
        '0x41790': 'a page table was emptied more often than it was filled',
        '0x41792': 'a corrupted page table entry; parameter 2 is its address, parameter 3 its content',
        '0x41793': 'a page table holds fewer entries than it counts',
        '0x61940': 'page tables were changed behind the memory manager’s back',
        '0x61941': 'the page tables of the address are corrupted',
        '0x61946': 'a memory descriptor list is used in an invalid way',
      }),
      'depends on parameter 1',
      'depends on parameter 1',
      'depends on parameter 1',
    ],
  ],
  [
    0x1e,
    [
      exceptionCode,
      'address of the code where the exception happened',
      'first parameter of the exception; of an access violation: 0 read, 1 write, 8 execute',
      'second parameter of the exception; of an access violation: the address that was not reachable',
    ],
  ],
  [
    0x3b,
    [
      exceptionCode,
      'address of the code where the exception happened',
      'address of the context record (the registers at that time)',
      null,
    ],
  ],
  [
    0x50,
    [
      'memory address that was referenced',
      choice('what was tried', {
        '0x0': 'read',
        '0x1': 'write',
        '0x2': 'write',
        '0x8': 'run code there',
        '0x10': 'run code there',
      }),
      (value) => (value === 0n ? 'address of the code that did it: unknown' : faultingCode),
      choice('kind of page fault', {
        '0x0': 'the page table entry is marked as free',
        '0x2': 'no valid page table entry',
        '0x3': 'session memory was used without a session',
        '0x4': 'the address is not a canonical one',
        '0xf': 'kernel code reached into user memory where that is not allowed',
      }),
    ],
  ],
  [
    0x77,
    [
      'where the page came from, or the status of reading it',
      'what lay on the stack, or the I/O status',
      'depends on parameter 1',
      'address of the kernel stack, or where on disk it lies',
    ],
  ],
  [
    0x7a,
    [
      'kind of lock that was held',
      (value) => `status of the read: ${describeStatus(value)}`,
      'depends on parameter 1',
      'address whose page could not be read from disk',
    ],
  ],
  [0x7e, unhandledException],
  [0x8e, [exceptionCode, 'address of the code where the exception happened', 'address of the trap frame', null]],
  [
    0x9f,
    [
      choice('what took too long', {
        '0x1': 'a device object was freed with a power request still outstanding',
        '0x2': 'a device did not finish its power request',
        '0x3': 'a device held a power request (IRP) for too long',
        '0x4': 'the power change waited for the plug and play subsystem',
        '0x5': 'a device did not finish a directed power change in time',
        '0x6': 'a device did not finish a directed power change well',
        '0x500': 'a device held a power request of the Windows driver framework',
      }),
      (_, [kind]) => (kind === 3n ? 'physical device object of that device' : 'depends on parameter 1'),
      (_, [kind]) => (kind === 3n ? 'address of a triage block (nt!TRIAGE_9F_POWER)' : 'depends on parameter 1'),
      (_, [kind]) => (kind === 3n ? 'the power request (IRP) that was held' : 'depends on parameter 1'),
    ],
  ],
  [
    0xd1,
    [
      'memory address that was referenced',
      irql,
      choice('what was tried', { '0x0': 'read', '0x1': 'write', '0x2': 'run code there', '0x8': 'run code there' }),
      faultingCode,
    ],
  ],
  [
    0xf4,
    [
      choice('what ended that Windows cannot live without', { '0x3': 'a process', '0x6': 'a thread' }),
      'address of the object that ended',
      'address of the name of its program',
      'address of an explaining text',
    ],
  ],
  [
    0x124,
    [
      choice('where the hardware error came from', {
        '0x0': 'machine check exception of the processor',
        '0x1': 'corrected machine check',
        '0x2': 'corrected platform error',
        '0x3': 'non-maskable interrupt',
        '0x4': 'PCI Express',
        '0x5': 'another hardware error source',
        '0x6': 'processor initialisation (INIT)',
        '0x7': 'boot error record',
        '0x8': 'system control interrupt',
        '0x9': 'Itanium corrected machine check',
        '0xa': 'Itanium machine check',
      }),
      'address of the error record (WHEA_ERROR_RECORD)',
      'upper half of the status of the machine check bank, if it was one',
      'lower half of the status of the machine check bank, if it was one',
    ],
  ],
  [
    0x133,
    [
      choice('which watch ran out', {
        '0x0': 'one deferred procedure call (DPC) ran too long',
        '0x1': 'the processor spent too long at DISPATCH_LEVEL or above',
      }),
      (_, [kind]) => (kind === 0n ? 'time that the call had run, in ticks' : 'time that was allowed, in ticks'),
      (_, [kind]) =>
        kind === 0n ? 'time that was allowed, in ticks' : 'address of nt!DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK',
      null,
    ],
  ],
  [
    0x139,
    [
      (value) => `what was found corrupted: ${value}, ${fastFailCodes.get(Number(value)) ?? 'not a listed value'}`,
      'address of the trap frame of the exception',
      'address of the exception record',
      null,
    ],
  ],
]);
