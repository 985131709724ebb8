import type { ByteSource } from './byte-source.js';
import type { DumpFacts } from './dump-facts.js';
import { readKernelDump32 } from './formats/kernel-dump-32.js';
import { readKernelDump64 } from './formats/kernel-dump-64.js';
import { readUserMinidump } from './formats/user-minidump.js';
import { explainUnreadable, formatOf, sniffLength } from './sniff.js';

/**
 * Reads what a crash dump says about itself, from a few small reads wherever they lie. Throws UnreadableDump when the
 * source is no dump, or none of which even the beginning can be read. A dump that was cut short is read as far as it
 * goes and says so in `completeness`.
 */
export async function readDump(source: ByteSource): Promise<DumpFacts> {
  const head = await source.read(0, sniffLength);
  switch (formatOf(head)) {
    case 'kernel-dump-64':
      return readKernelDump64(source);
    case 'kernel-dump-32':
      return readKernelDump32(source);
    case 'user-minidump':
      return readUserMinidump(source);
    case null:
      throw explainUnreadable(head, source.size);
  }
}
