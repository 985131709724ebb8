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

/** What one dump file says, as far as its header tells. Null: the dump does not say. */
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
});
export type DumpFinding = z.infer<typeof DumpFinding>;

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
