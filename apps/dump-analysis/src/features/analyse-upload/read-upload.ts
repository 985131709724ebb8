import type { DumpFinding, NextStep } from '@caserelay/contracts';
import {
  analyseDump,
  beginsAsDump,
  fromBytes,
  isThirdParty,
  readDump,
  say,
  signatureOf,
  UnreadableDump,
  type ByteSource,
  type DumpFacts,
  type DumpReport,
  type LookUpVersions,
} from '@caserelay/crash-dump';
import type { ArchiveMember, ArchivePart, LimitReached } from '@caserelay/dump-archive';
import type { Tell } from '@caserelay/messaging';
import { recogniseFile } from './recognise-file.js';

const maxFindings = 20;
const maxReason = 1000;
const maxDrivers = 20;
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

/** How far the reading of an upload has come. */
export interface Progress {
  stage: 'starting' | 'recognising' | 'unpacking' | 'analysing';
  /** The file inside an archive that is in hand. */
  member: string | null;
  /** Of the uploaded file, as far as it was read or unpacked. */
  bytes: number;
  /** What `bytes` come to in the end; null when only small parts are read, wherever they lie. */
  total: number | null;
}

/** What there is to tell of an upload, and all that was read of each dump in it. */
export interface Reading {
  outcome: Tell;
  dumps: readonly ReadDump[];
}

export interface ReadDump {
  finding: DumpFinding;
  report: DumpReport;
}

/** What one dump has told so far. */
export interface KnownDump {
  finding: DumpFinding;
  /** All of it was read; else `finding` is what its beginning says. */
  isRead: boolean;
}

/** An upload that is open for reading. */
export interface OpenUpload {
  source: ByteSource;
  /** Where it lies as it is, for programs that read it; null where only we can. */
  path: string | null;
  /** What it is called where it lies. */
  name: string;
  close(): Promise<void>;
}

export interface Needs {
  /** Opens the upload where it lies; says why when it must not be opened. Faults are thrown. */
  open(location: string): Promise<OpenUpload | { refused: string }>;
  /** Reads the members of an archive; the rest of a member is unpacked only when its beginning is worth it. */
  readArchive(
    archive: Pick<OpenUpload, 'source' | 'path' | 'name'>,
    needsWhole: (head: Uint8Array, name: string) => boolean,
    onRead: (packedBytes: number) => void,
  ): AsyncIterable<ArchivePart>;
  /** What archive begins so, such as "7z archive"; null when it is none that is looked into. */
  archiveName(head: Uint8Array): string | null;
  planNextSteps(findings: readonly DumpFinding[]): NextStep[];
  lookUpVersions: LookUpVersions;
  /** Notes what is known of a dump, in place of what was known before: told if a limit stops the reading. */
  know(known: KnownDump): void;
  /** Notes each step of the way. */
  advance(news: Partial<Progress>): void;
}

/** Reads an upload, raw or inside an archive, and says the one thing that there is to tell about it. */
export async function readUpload(upload: Upload, needs: Needs): Promise<Reading> {
  const opened = await needs.open(upload.location);
  if ('refused' in opened) return { outcome: unreadable(upload, opened.refused), dumps: [] };
  try {
    needs.advance({ stage: 'recognising' });
    const source = noting(opened.source, needs);
    const start = await source.read(0, 4096);
    const kind = needs.archiveName(new Uint8Array(start.buffer, start.byteOffset, start.byteLength));
    if (kind !== null) return await readMembers(upload, { ...opened, kind, source }, needs);
    return await readRaw(upload, source, start, needs);
  } finally {
    await opened.close();
  }
}

async function readRaw(upload: Upload, source: ByteSource, start: DataView, needs: Needs): Promise<Reading> {
  try {
    needs.advance({ stage: 'analysing' });
    await knowBeginning(source, null, needs);
    const report = await analyseDump(source, needs);
    return readingOf(upload, [{ finding: findingOf(report), report }], needs);
  } catch (error) {
    if (!(error instanceof UnreadableDump)) throw error;
    return { outcome: outcomeWithoutDump(upload, error, start, source.size), dumps: [] };
  }
}

function outcomeWithoutDump(upload: Upload, error: UnreadableDump, start: DataView, size: number): Tell {
  // Nobody can say that it holds no dump, and the customer waits for a result.
  if (error.what === 'container') return unreadable(upload, say('container-passed-over', { found: error.found }));
  if (holdsBrokenDump(error, upload.name)) return unreadable(upload, error.message);
  const { kind, description } = recogniseFile(start, size);
  return recognised(upload, kind, description);
}

/** Notes each read as a sign that it goes on. */
function noting(source: ByteSource, needs: Pick<Needs, 'advance'>): ByteSource {
  let bytes = 0;
  return {
    size: source.size,
    async read(offset, length) {
      const view = await source.read(offset, length);
      bytes += view.byteLength;
      needs.advance({ bytes });
      return view;
    },
  };
}

/** Notes what the beginning of a dump says, before anything that takes long; what is none is found out later. */
async function knowBeginning(beginning: ByteSource, member: string | null, needs: Pick<Needs, 'know'>): Promise<void> {
  try {
    needs.know({ finding: { ...factsOf(await readDump(beginning)), member }, isRead: false });
  } catch (error) {
    if (!(error instanceof UnreadableDump)) throw error;
  }
}

function factsOf(facts: DumpFacts): DumpFinding {
  const { format, kind, bugcheck, exception, machine, osBuild, osName, processors } = facts;
  return {
    member: null,
    ...{ format, kind, bugcheck, exception, machine, osBuild, osName, processors },
    ...{ crashedAt: facts.crashedAt, uptimeSeconds: facts.uptimeSeconds, completeness: facts.completeness },
  };
}

/** Of all that a dump tells, what the case's letters need. */
function findingOf(report: DumpReport): DumpFinding {
  const { crash, culprit, stack } = report;
  return {
    ...factsOf(report),
    crash: crash && { address: crash.address, module: crash.module, offset: crash.offset },
    culprit: culprit && { ...culprit, reasons: culprit.reasons.slice(0, maxReasons) },
    stack: stack
      .filter(({ confidence }) => confidence >= leastConfidence)
      .slice(0, maxFrames)
      .map(({ address, module, offset, trust }) => ({ address, module, offset, trust })),
    ...driversOf(report),
  };
}

/** What a senior engineer looks for first: what was loaded beside the system's own. A program's libraries are none. */
function driversOf({ format, modules }: DumpReport): Pick<DumpFinding, 'drivers'> {
  if (format === 'user-minidump' || modules.length === 0) return {};
  const found = modules.filter(({ name, company }) => isThirdParty({ name, company }) === true);
  const listed = found.slice(0, maxDrivers).map(({ name, fileVersion, company }) => ({ name, fileVersion, company }));
  return { drivers: { thirdParty: listed, more: found.length - listed.length } };
}

async function readMembers(
  upload: Upload,
  archive: Pick<OpenUpload, 'source' | 'path' | 'name'> & { kind: string },
  needs: Needs,
): Promise<Reading> {
  const dumps: ReadDump[] = [];
  const troubles: string[] = [];
  let members = 0;
  let limit: LimitReached | null = null;
  let isOfficeDocument = false;
  let used = 0;
  const onRead = (packedBytes: number): void => {
    used = Math.min(archive.source.size, used + packedBytes);
    needs.advance({ bytes: used });
  };
  needs.advance({ stage: 'unpacking', bytes: 0, total: archive.source.size });
  const beginnings: Promise<void>[] = [];
  const needsWhole = (head: Uint8Array, name: string): boolean => {
    const isNeeded = beginsAsDump(head);
    // A copy, because what was unpacked may lie in memory that is used again.
    if (isNeeded) beginnings.push(knowBeginning(fromBytes(head.slice()), name, needs));
    return isNeeded;
  };
  for await (const part of needs.readArchive(archive, needsWhole, onRead)) {
    await Promise.all(beginnings.splice(0));
    if (part.kind === 'limit-reached') {
      limit = part;
      continue;
    }
    if (part.kind === 'trouble') {
      troubles.push(part.reason);
      continue;
    }
    members += 1;
    isOfficeDocument ||= part.name === '[Content_Types].xml';
    const read = await readMember(part, needs);
    if (typeof read === 'string') troubles.push(read);
    else if (read) {
      dumps.push(read);
      needs.know({ finding: read.finding, isRead: true });
    }
    if (dumps.length >= maxFindings) break;
  }
  if (dumps.length > 0) return readingOf(upload, dumps, needs);
  const without = `${archive.kind} of ${members} files without a crash dump`;
  // Nobody can say that there is no dump in what was too much to unpack, and the customer waits for a result.
  if (limit?.limit === 'amount') troubles.push(limit.reason);
  const outcome =
    troubles.length > 0
      ? unreadable(upload, troubles.join('; '))
      : isOfficeDocument
        ? recognised(upload, 'document', 'Office document')
        : recognised(upload, 'archive', limit ? withoutSoFar(archive.kind, members, limit) : without);
  return { outcome, dumps };
}

function withoutSoFar(kind: string, members: number, { reason }: LimitReached): string {
  return `${kind} of many files; ${members} were looked at, without a crash dump (${reason})`;
}

/** The finding of a member; text when it should be a dump and cannot be read; null when it is something else. */
async function readMember(part: ArchiveMember, needs: Needs): Promise<ReadDump | string | null> {
  if (part.ending === 'unreadable')
    return say('in-archive-unread', { name: part.name, why: part.reason ?? say('unknown-why') });
  try {
    needs.advance({ stage: 'analysing', member: part.name });
    const source = part.source ?? fromBytes(part.head, Math.max(part.bytes, part.head.byteLength));
    const read = await analyseDump(noting(source, { advance: () => needs.advance({}) }), needs);
    const report = { ...read, completeness: completenessInArchive(read, part) };
    return { finding: { ...findingOf(report), member: part.name }, report };
  } catch (error) {
    if (!(error instanceof UnreadableDump)) throw error;
    const isPassedOver = part.ending === 'too-large' && error.what === 'container';
    if (isPassedOver) return say('in-archive-passed-over', { name: part.name, why: part.reason ?? say('unknown-why') });
    return holdsBrokenDump(error, part.name) || part.ending === 'broken' || part.ending === 'damaged'
      ? say('in-archive', { name: part.name, why: withCut(error.message, part) })
      : null;
  } finally {
    needs.advance({ stage: 'unpacking', member: null });
  }
}

function withCut(why: string, { ending, reason }: ArchiveMember): string {
  return ending === 'broken' ? say('several-reasons', { first: why, rest: reason ?? say('breaks-off') }) : why;
}

function completenessInArchive(
  { completeness }: Pick<DumpReport, 'completeness'>,
  { ending, bytes, reason }: ArchiveMember,
): DumpReport['completeness'] {
  switch (ending) {
    case 'whole':
    case 'not-needed':
    case 'unreadable':
      return completeness;
    case 'broken':
      return {
        ...completeness,
        verdict: 'truncated',
        reason: say('came-out-of-archive', { bytes, why: reason ?? say('unknown-why') }),
      };
    case 'too-large':
    case 'damaged':
      return { ...completeness, verdict: 'unknown', reason: reason ?? say('archive-damaged') };
  }
}

function readingOf(upload: Upload, dumps: readonly ReadDump[], needs: Needs): Reading {
  const findings = dumps.map(({ finding }) => finding);
  return { outcome: analysed(upload, findings, needs), dumps };
}

/** What there is to tell of dumps. */
export function analysed(
  { uploadId, name }: Upload,
  findings: readonly DumpFinding[],
  needs: Pick<Needs, 'planNextSteps'>,
): Tell {
  const best = bestOf(findings);
  return {
    type: 'dump.analysed',
    data: {
      uploadId,
      name,
      findings: [...findings],
      holdsFullDump: findings.some(isWholeFullDump),
      signature: best ? signatureOf(best) : null,
      nextSteps: needs.planNextSteps(findings),
    },
  };
}

/** The dump of an upload that tells most: a whole one of all memory, else one of the system. */
export function bestOf(findings: readonly DumpFinding[]): DumpFinding | undefined {
  return findings.find(isWholeFullDump) ?? findings.find(({ kind }) => kind !== 'user') ?? findings[0];
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
