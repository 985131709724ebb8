import { byteOrderMark, csvLine } from '@caserelay/case-papers';
import type { EventOf, PurgedFile } from '@caserelay/contracts';

type Proof = EventOf<'case.evidence-purged'>['data'];

/** A file that goes along with a letter. */
export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** The proof for programs and for spreadsheets; both hold the same files. */
export function attachmentsOf(proof: Proof): Attachment[] {
  const name = `deletion-proof-${proof.file.caseNumber.replace(/[^\w-]+/g, '_').slice(0, 80)}`;
  return [
    { name: `${name}.json`, type: 'application/json', content: asJson(proof) },
    { name: `${name}.csv`, type: 'text/csv', content: asCsv(proof.files) },
  ];
}

function asJson({ file, account, requestedAt, files, filesInAll, bytesInAll, kept, keptBecause }: Proof): string {
  const { caseNumber, trackingToken } = file;
  const proof = { caseNumber, trackingToken, account, requestedAt, filesInAll, bytesInAll, kept, keptBecause, files };
  return `${JSON.stringify(proof, null, 2)}\n`;
}

const columns = ['kind', 'name', 'bytes', 'sha256', 'receivedAt', 'purgedAt'] as const satisfies (keyof PurgedFile)[];

function asCsv(files: readonly PurgedFile[]): string {
  const lines = [columns, ...files.map((file) => columns.map((column) => file[column]))];
  return `${byteOrderMark}${lines.map(csvLine).join('')}`;
}
