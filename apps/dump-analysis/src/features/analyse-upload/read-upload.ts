import type { DumpFinding, NextStep } from '@caserelay/contracts';
import {
  analyseDump,
  fromBytes,
  readDump,
  signatureOf,
  UnreadableDump,
  type ByteSource,
  type DumpFacts,
  type DumpReport,
} from '@caserelay/crash-dump';
import type { ArchiveMember, ArchivePart } from '@caserelay/dump-archive';
import type { Tell } from '@caserelay/messaging';
import { recogniseFile } from './recognise-file.js';

const maxFindings = 20;
const maxReason = 1000;
const maxReasons = 8;
const maxFrames = 10;
/** Scanned values below this are mostly no return addresses. */
const leastConfidence = 0.5;

/** A file that somebody uploaded. */
export interface Upload {
  uploadId: string;
  name: string;
  location: string;
}

export interface Needs {
  /** Opens the upload where it lies; says why when it must not be opened. Faults are thrown. */
  open(location: string): Promise<{ source: ByteSource; path: string; close(): Promise<void> } | { refused: string }>;
  /** Reads the members of an archive; the rest of a member is unpacked only when its beginning is worth it. */
  readArchive(path: string, needsWhole: (head: Uint8Array) => boolean): AsyncIterable<ArchivePart>;
  planNextSteps(findings: readonly DumpFinding[]): NextStep[];
}

/** Reads an upload, raw or inside a ZIP, and says the one thing that there is to tell about it. */
export async function readUpload(upload: Upload, needs: Needs): Promise<Tell> {
  const opened = await needs.open(upload.location);
  if ('refused' in opened) return unreadable(upload, opened.refused);
  try {
    const start = await opened.source.read(0, 4096);
    if (isZip(start)) return await readMembers(upload, opened.path, needs);
    return await readRaw(upload, opened.source, start, needs);
  } finally {
    await opened.close();
  }
}

async function readRaw(upload: Upload, source: ByteSource, start: DataView, needs: Needs): Promise<Tell> {
  try {
    return analysed(upload, [findingOf(await analyseDump(source))], needs);
  } catch (error) {
    if (!(error instanceof UnreadableDump)) throw error;
    // Nobody can say that it holds no dump, and the customer waits for a result.
    if (error.what === 'container')
      return unreadable(upload, `found ${error.found}, which is not looked into; expected a dump, raw or inside a ZIP`);
    if (holdsBrokenDump(error, upload.name)) return unreadable(upload, error.message);
    const { kind, description } = recogniseFile(start, source.size);
    return recognised(upload, kind, description);
  }
}

/** Of all that a dump tells, what the case's letters need. */
function findingOf(report: DumpReport): DumpFinding {
  const { crash, culprit, stack, format, kind, bugcheck, exception, machine, osBuild, osName, processors } = report;
  return {
    member: null,
    ...{ format, kind, bugcheck, exception, machine, osBuild, osName, processors },
    ...{ crashedAt: report.crashedAt, uptimeSeconds: report.uptimeSeconds, completeness: report.completeness },
    crash: crash && { address: crash.address, module: crash.module, offset: crash.offset },
    culprit: culprit && { ...culprit, reasons: culprit.reasons.slice(0, maxReasons) },
    stack: stack
      .filter(({ confidence }) => confidence >= leastConfidence)
      .slice(0, maxFrames)
      .map(({ address, module, offset, trust }) => ({ address, module, offset, trust })),
  };
}

async function readMembers(upload: Upload, path: string, needs: Needs): Promise<Tell> {
  const findings: DumpFinding[] = [];
  const troubles: string[] = [];
  let members = 0;
  let isWhole = true;
  let isOfficeDocument = false;
  for await (const part of needs.readArchive(path, looksLikeDump)) {
    if (part.kind === 'limit-reached') {
      isWhole = false;
      continue;
    }
    if (part.kind === 'trouble') {
      troubles.push(part.reason);
      continue;
    }
    members += 1;
    isOfficeDocument ||= part.name === '[Content_Types].xml';
    const read = await readMember(part);
    if (typeof read === 'string') troubles.push(read);
    else if (read) findings.push(read);
    if (findings.length >= maxFindings) break;
  }
  if (findings.length > 0) return analysed(upload, findings, needs);
  if (troubles.length > 0) return unreadable(upload, troubles.join('; '));
  if (isOfficeDocument) return recognised(upload, 'document', 'Office document');
  const extent = isWhole ? `of ${members} files` : `of many files; ${members} were looked at,`;
  return recognised(upload, 'archive', `ZIP archive ${extent} without a crash dump`);
}

/** The finding of a member; text when it should be a dump and cannot be read; null when it is something else. */
async function readMember(part: ArchiveMember): Promise<DumpFinding | string | null> {
  if (part.ending === 'unreadable')
    return `"${part.name}" in the archive cannot be read: ${part.reason ?? 'unknown why'}`;
  try {
    const facts = await readDump(fromBytes(part.head, Math.max(part.bytes, part.head.byteLength)));
    return { member: part.name, ...facts, completeness: completenessInArchive(facts, part) };
  } catch (error) {
    if (!(error instanceof UnreadableDump)) throw error;
    const cut = part.ending === 'broken' ? `, ${part.reason ?? 'it breaks off'}` : '';
    return holdsBrokenDump(error, part.name) || part.ending === 'broken' || part.ending === 'damaged'
      ? `"${part.name}" in the archive: ${error.message}${cut}`
      : null;
  }
}

function completenessInArchive(
  { completeness }: DumpFacts,
  { ending, bytes, reason }: ArchiveMember,
): DumpFacts['completeness'] {
  switch (ending) {
    case 'whole':
    case 'not-needed':
    case 'unreadable':
      return completeness;
    case 'broken':
      return {
        ...completeness,
        verdict: 'truncated',
        reason: `only ${bytes} bytes of it came out of the archive: ${reason ?? ''}`,
      };
    case 'too-large':
    case 'damaged':
      return { ...completeness, verdict: 'unknown', reason: reason ?? 'the archive is damaged' };
  }
}

function analysed({ uploadId, name }: Upload, findings: DumpFinding[], needs: Needs): Tell {
  const best = findings.find(isWholeFullDump) ?? findings.find(({ kind }) => kind !== 'user') ?? findings[0];
  return {
    type: 'dump.analysed',
    data: {
      uploadId,
      name,
      findings,
      holdsFullDump: findings.some(isWholeFullDump),
      signature: best ? signatureOf(best) : null,
      nextSteps: needs.planNextSteps(findings),
    },
  };
}

function isWholeFullDump({ kind, completeness }: DumpFinding): boolean {
  return (kind === 'full' || kind === 'active') && completeness.verdict === 'complete';
}

function unreadable({ uploadId, name }: Upload, reason: string): Tell {
  const shown = reason.length > maxReason ? `${reason.slice(0, maxReason)}…` : reason;
  return { type: 'dump.unreadable', data: { uploadId, name, reason: shown } };
}

function recognised(
  { uploadId, name }: Upload,
  kind: 'image' | 'text' | 'archive' | 'document' | 'other',
  description: string,
): Tell {
  return { type: 'evidence.recognised', data: { uploadId, name, kind, description } };
}

/** A file that is a dump of a kind that cannot be read, or that by its name should be one. */
function holdsBrokenDump({ what }: UnreadableDump, name: string): boolean {
  return what === 'other-dump' || what === 'damaged' || /\.(h|m|mini)?dmp(\.[a-z0-9]{1,4})?$/i.test(name);
}

function isZip(start: DataView): boolean {
  return start.byteLength >= 4 && [0x04034b50, 0x06054b50].includes(start.getUint32(0, true));
}

function looksLikeDump(head: Uint8Array): boolean {
  const begins = new TextDecoder('latin1').decode(head.subarray(0, 8));
  return begins === 'PAGEDU64' || begins === 'PAGEDUMP' || begins.startsWith('MDMP');
}
