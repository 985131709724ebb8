import { z } from 'zod';
import { NextStep } from './case-file.js';
import { defineEvent } from './define-event.js';

/** Why Windows stopped. Numbers are hexadecimal text with 0x, because JavaScript numbers cannot hold 64 bits. */
export const Bugcheck = z.object({
  code: z.string().regex(/^0x[0-9a-f]+$/),
  name: z.string(),
  parameters: z.array(z.object({ value: z.string().regex(/^0x[0-9a-f]+$/), meaning: z.string().nullable() })).max(4),
});
export type Bugcheck = z.infer<typeof Bugcheck>;

const address = z.string().regex(/^0x[0-9a-f]+$/);

/** A place in a program as module and offset; both null when no module holds the address. */
const place = { address, module: z.string().nullable(), offset: address.nullable() };

/** Who is to blame as far as a program can tell without symbols; a name of null means unknown. */
export const Culprit = z.object({
  name: z.string().nullable(),
  fileVersion: z.string().nullable(),
  company: z.string().nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  /** What speaks for it, strongest first. */
  reasons: z.array(z.string()).max(8),
});
export type Culprit = z.infer<typeof Culprit>;

/** What one dump file says, as far as its header and, of a raw dump, its memory tell. Null: the dump does not say. */
export const DumpFinding = z.object({
  /** Name inside the archive when the upload was one. */
  member: z.string().nullable(),
  format: z.enum(['kernel-dump-64', 'kernel-dump-32', 'user-minidump']),
  /** full: all memory; kernel: kernel memory only; triage: the small dump; active: all but idle memory; user: one process. */
  kind: z.enum(['full', 'kernel', 'triage', 'active', 'header-only', 'user']),
  bugcheck: Bugcheck.nullable(),
  /** Of a user dump: exception code and address. */
  exception: z.object({ code: z.string(), name: z.string().nullable(), address: z.string() }).nullable(),
  machine: z.string(),
  osBuild: z.number().int().nullable(),
  osName: z.string().nullable(),
  processors: z.number().int().nullable(),
  crashedAt: z.iso.datetime().nullable(),
  uptimeSeconds: z.number().nonnegative().nullable(),
  completeness: z.object({
    verdict: z.enum(['complete', 'truncated', 'unknown']),
    foundBytes: z.number().int().nonnegative(),
    expectedBytes: z.number().int().nonnegative().nullable(),
    reason: z.string(),
  }),
  /** Where it crashed; left out when only the header was read. */
  crash: z.object(place).nullable().optional(),
  culprit: Culprit.nullable().optional(),
  /** The innermost frames of the call stack, from the crash outwards; `trust` says how each was found. */
  stack: z
    .array(z.object({ ...place, trust: z.enum(['context', 'unwind', 'frame-pointer', 'cfi-chained', 'scan']) }))
    .max(16)
    .optional(),
  /** Drivers of other makers than Microsoft that were loaded, as the dump lists them; left out when it lists none. */
  drivers: z
    .object({
      thirdParty: z
        .array(z.object({ name: z.string(), fileVersion: z.string().nullable(), company: z.string().nullable() }))
        .max(20),
      /** How many more there were than are listed. */
      more: z.number().int().nonnegative(),
    })
    .optional(),
});
export type DumpFinding = z.infer<typeof DumpFinding>;

/** What the first bytes of a dump say, long before the rest of it is there. */
export const RecognisedDump = DumpFinding.pick({
  member: true,
  format: true,
  kind: true,
  bugcheck: true,
  exception: true,
  machine: true,
  osBuild: true,
  osName: true,
  crashedAt: true,
  uptimeSeconds: true,
}).extend({
  /** The least size of the whole dump, unpacked; null when its header does not tell. */
  expectedBytes: z.number().int().nonnegative().nullable(),
  /** How much of the upload was there when this was read from it. */
  arrivedBytes: z.number().int().nonnegative(),
});
export type RecognisedDump = z.infer<typeof RecognisedDump>;

/** The first bytes of an upload tell what dump it is, while the rest still arrives. */
export const UploadRecognised = defineEvent('upload.recognised', {
  uploadId: z.uuid(),
  name: z.string().min(1),
  ...RecognisedDump.shape,
});
export type UploadRecognised = z.infer<typeof UploadRecognised>;

/** Where the whole report of an upload lies in the evidence store, as JSON and, where it was drawn, as a page. */
export const StoredReport = z.object({
  location: z.string().min(1),
  bytes: z.number().int().positive(),
  sha256: z.string().length(64),
  page: z
    .object({ location: z.string().min(1), bytes: z.number().int().positive(), sha256: z.string().length(64) })
    .optional(),
});
export type StoredReport = z.infer<typeof StoredReport>;

/** What a dump has in common with the earlier ones of its case, and what was changed on the machine since the last. */
export const DumpComparison = z.object({
  /** Earlier uploads of the case with the same crash, latest first. */
  sameSignatureAs: z.array(z.uuid()).max(20),
  /** True when none of the earlier dumps has the same crash. */
  isNewSignature: z.boolean(),
  /** The upload whose dump is the latest before this one; what follows is compared with it. */
  previous: z.uuid().nullable(),
  previousName: z.string().nullable(),
  /** Suspects first. A version is null when the module was not loaded; one without a version shows its time stamp. */
  changedModules: z
    .array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() }))
    .max(20),
  /** How many more changed than are listed. */
  moreChangedModules: z.number().int().nonnegative(),
  osBuildChanged: z.boolean(),
});
export type DumpComparison = z.infer<typeof DumpComparison>;

/** An upload held at least one dump that could be read, at least its header. */
export const DumpAnalysed = defineEvent('dump.analysed', {
  uploadId: z.uuid(),
  name: z.string().min(1),
  findings: z.array(DumpFinding).min(1).max(20),
  /** True when a complete dump of all memory is among the findings. */
  holdsFullDump: z.boolean(),
  /** Same cause, same text; links cases. Null when no bugcheck and no exception was found. */
  signature: z.string().nullable(),
  nextSteps: z.array(NextStep),
  report: StoredReport.optional(),
  /** Left out for the first dump of a case. */
  comparison: DumpComparison.optional(),
});
export type DumpAnalysed = z.infer<typeof DumpAnalysed>;

/** An upload that should hold a dump cannot be read; `reason` says what was found and what was expected. */
export const DumpUnreadable = defineEvent('dump.unreadable', {
  uploadId: z.uuid(),
  name: z.string().min(1),
  reason: z.string().min(1),
});
export type DumpUnreadable = z.infer<typeof DumpUnreadable>;

/** An upload is something else than a dump: a picture, a text, a log archive. */
export const EvidenceRecognised = defineEvent('evidence.recognised', {
  uploadId: z.uuid(),
  name: z.string().min(1),
  kind: z.enum(['image', 'text', 'archive', 'document', 'other']),
  description: z.string(),
});
export type EvidenceRecognised = z.infer<typeof EvidenceRecognised>;
