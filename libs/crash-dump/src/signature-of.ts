import { withoutVariant } from './bugcheck.js';
import type { DumpFacts, DumpReport } from './dump-facts.js';
import { low32 } from './nt-status.js';

/** Bugchecks whose first parameter tells what kind of fault it was, so that it belongs to the cause. */
const firstParameterIsKind = new Set([
  ...[0x19, 0x1a, 0x1e, 0x3b, 0x4e, 0x7e, 0x7f, 0x8e, 0x9f, 0xc2, 0xc4, 0x124, 0x133, 0x139, 0x13a],
]);

/**
 * The same text for the same cause, such as `0x139_3 KERNEL_SECURITY_CHECK_FAILURE`; null when the dump tells no cause.
 */
export function signatureOf({ bugcheck, exception }: Pick<DumpFacts, 'bugcheck' | 'exception'>): string | null {
  if (bugcheck) {
    const first = bugcheck.parameters[0];
    const kind =
      first && firstParameterIsKind.has(withoutVariant(Number(bugcheck.code)))
        ? `_${low32(BigInt(first.value)).toString(16)}`
        : '';
    return `${bugcheck.code}${kind} ${bugcheck.name}`;
  }
  if (exception) return exception.name === null ? exception.code : `${exception.code} ${exception.name}`;
  return null;
}

const maxModules = 4;
const maxFrames = 8;

/** What a crash is recognised by, from coarse to fine. Null: the dump does not tell so much. */
export interface Signatures {
  /** The cause alone: as in the first 8 KiB of any dump. */
  cause: string | null;
  /** And the module it crashed in: the same for a small and for a large dump of one crash. */
  place: string | null;
  /** And the modules on the exact call stack and the suspect: the same over versions and machines. */
  stack: string | null;
  /** And each frame's place in its module, and the build: the same only where the same files are installed. */
  exact: string | null;
}

/** All signatures of a report. */
export function signaturesOf(
  report: Pick<
    DumpReport,
    'bugcheck' | 'exception' | 'crash' | 'culprit' | 'stack' | 'modules' | 'osBuild' | 'machine'
  >,
): Signatures {
  const cause = signatureOf(report);
  const inModule = report.crash?.module ?? null;
  const sure = surelyCalled(report.stack);
  const isExact = sure.some(({ trust }) => trust === 'unwind');
  const frames = sure
    .slice(0, maxFrames)
    .map(({ module, offset }) => `${stampedName(report.modules, module)}+${offset ?? '0x0'}`);
  return {
    cause,
    place: cause === null || inModule === null ? null : `${cause} | ${plainName(inModule)}`,
    stack: isExact ? crashSignatureOf(report) : null,
    exact:
      cause === null || frames.length === 0
        ? null
        : [cause, `${report.machine} build ${report.osBuild ?? 'unknown'}`, frames.join(' < ')].join(' | '),
  };
}

function surelyCalled(stack: DumpReport['stack']): DumpReport['stack'] {
  return stack.filter(({ trust, module }) => module !== null && (trust === 'context' || trust === 'unwind'));
}

/** The kernel is one module under several names, by processors and address extension. */
function plainName(name: string): string {
  const lower = name.toLowerCase();
  return /^nt(krnlmp|krnlpa|krpamp)\.exe$/.test(lower) ? 'ntoskrnl.exe' : lower;
}

function stampedName(modules: DumpReport['modules'], name: string | null): string {
  const stamp = modules.find((one) => one.name === name)?.timeDateStamp ?? null;
  return `${plainName(name ?? '?')}${stamp === null ? '' : `@${stamp.slice(2)}`}`;
}

/**
 * A finer signature for dumps whose inside was read: the cause, then the modules on the stack from the crash outwards,
 * each once in a row, without places in them, so that it stays the same over versions and machines. Only frames that are
 * sure count. Null when no module is known.
 */
export function crashSignatureOf(
  report: Pick<DumpReport, 'bugcheck' | 'exception' | 'crash' | 'culprit' | 'stack'>,
): string | null {
  const cause = signatureOf(report);
  const modules = [report.crash?.module ?? null, ...surelyCalled(report.stack).map(({ module }) => module)]
    .flatMap((name) => (name === null ? [] : [plainName(name)]))
    .filter((name, index, all) => name !== all[index - 1]);
  if (cause === null || modules.length === 0) return null;
  const suspect = report.culprit?.name ?? null;
  return [
    cause,
    modules.slice(0, maxModules).join(' < '),
    ...(suspect === null ? [] : [`suspect ${plainName(suspect)}`]),
  ].join(' | ');
}
