import {
  adviseOn,
  analyseDump,
  ArrivingDump,
  describeDump,
  documentOf,
  fromBytes,
  judgeFor,
  readDump,
  signaturesOf,
  UnreadableDump,
  type ByteSource,
  type DumpReport,
} from '@caserelay/crash-dump';

/** No dump of a few megabytes is worth more; a real one of 64 GiB costs a quarter of a megabyte. */
const mostBytesRead = 16 * 1024 * 1024;
const mostModules = 8192;

/**
 * Reads a dump and, when wanted, does all with it that the product does: texts, documents, reading while it arrives. Says whether it was read or refused as unreadable. Throws when the
 * reader breaks one of its promises: another error than UnreadableDump, sizes that are none, reading without bounds.
 */
export async function readHostileDump(bytes: Uint8Array, doesAll = true): Promise<'read' | 'refused'> {
  if (doesAll) await readArriving(bytes);
  const counted = countingSource(bytes);
  try {
    const facts = await readDump(counted.source);
    expected(facts.completeness.foundBytes === bytes.length, 'the size that was found is that of the file');
    expected(Number.isSafeInteger(facts.completeness.expectedBytes ?? 0), 'the size that is expected is a number');
    const report = await analyseDump(counted.source);
    expected(report.modules.length <= mostModules, `there are at most ${mostModules} modules`);
    if (doesAll) tellAll(report);
    return 'read';
  } catch (error) {
    if (error instanceof UnreadableDump) return 'refused';
    throw error;
  } finally {
    expected(counted.bytesRead() <= mostBytesRead, `at most ${mostBytesRead} bytes are read`);
  }
}

function tellAll(report: DumpReport): void {
  signaturesOf(report);
  judgeFor(report, 'full');
  adviseOn(report, 'zh-CN');
  JSON.stringify(documentOf(report));
  describeDump(report, { verbose: true });
  describeDump(report, { language: 'zh-CN' });
}

/** What arrives comes in two pieces, of which the first ends anywhere. */
async function readArriving(bytes: Uint8Array): Promise<void> {
  const arriving = new ArrivingDump({ mostUnpackedBytes: mostBytesRead });
  const middle = (bytes[bytes.length >> 1] ?? 0) * 97 + 1;
  for (const piece of [bytes.subarray(0, middle), bytes.subarray(middle)])
    if (!arriving.isSettled) JSON.stringify(await arriving.push(piece));
  JSON.stringify(await arriving.end());
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
