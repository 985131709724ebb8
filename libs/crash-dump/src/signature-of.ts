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

/**
 * A finer signature for dumps whose inside was read: the cause, then the modules on the stack from the crash outwards,
 * each once in a row, without places in them, so that it stays the same over versions and machines. Only frames that are
 * sure count. Null when no module is known.
 */
export function crashSignatureOf(
  report: Pick<DumpReport, 'bugcheck' | 'exception' | 'crash' | 'culprit' | 'stack'>,
): string | null {
  const cause = signatureOf(report);
  const sure = report.stack
    .filter(({ trust }) => trust === 'context' || trust === 'unwind')
    .map(({ module }) => module);
  const modules = [report.crash?.module ?? null, ...sure]
    .flatMap((name) => (name === null ? [] : [name.toLowerCase()]))
    .filter((name, index, all) => name !== all[index - 1]);
  if (cause === null || modules.length === 0) return null;
  const suspect = report.culprit?.name ?? null;
  return [
    cause,
    modules.slice(0, maxModules).join(' < '),
    ...(suspect === null ? [] : [`suspect ${suspect.toLowerCase()}`]),
  ].join(' | ');
}
