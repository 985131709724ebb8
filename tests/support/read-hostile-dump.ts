import {
  analyseDump,
  crashSignatureOf,
  describeDump,
  fromBytes,
  readDump,
  signatureOf,
  UnreadableDump,
  type ByteSource,
} from '@caserelay/crash-dump';

/** No dump of a few megabytes is worth more; a real one of 64 GiB costs a quarter of a megabyte. */
const mostBytesRead = 16 * 1024 * 1024;
const mostModules = 8192;

/**
 * Does with a dump all that the product does, and says whether it was read or refused as unreadable. Throws when the
 * reader breaks one of its promises: another error than UnreadableDump, sizes that are none, reading without bounds.
 */
export async function readHostileDump(bytes: Uint8Array): Promise<'read' | 'refused'> {
  const counted = countingSource(bytes);
  try {
    const facts = await readDump(counted.source);
    expected(facts.completeness.foundBytes === bytes.length, 'the size that was found is that of the file');
    expected(Number.isSafeInteger(facts.completeness.expectedBytes ?? 0), 'the size that is expected is a number');
    signatureOf(facts);
    const report = await analyseDump(counted.source);
    expected(report.modules.length <= mostModules, `there are at most ${mostModules} modules`);
    crashSignatureOf(report);
    JSON.stringify(report);
    describeDump(report, { verbose: true });
    describeDump(report, { language: 'zh-CN' });
    return 'read';
  } catch (error) {
    if (error instanceof UnreadableDump) return 'refused';
    throw error;
  } finally {
    expected(counted.bytesRead() <= mostBytesRead, `at most ${mostBytesRead} bytes are read`);
  }
}

function expected(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`this does not hold: ${rule}`);
}

function countingSource(bytes: Uint8Array): { source: ByteSource; bytesRead: () => number } {
  const inner = fromBytes(bytes);
  let total = 0;
  return {
    bytesRead: () => total,
    source: {
      size: inner.size,
      async read(offset, length) {
        const view = await inner.read(offset, length);
        total += view.byteLength;
        return view;
      },
    },
  };
}
