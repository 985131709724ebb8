import { streamOf, type EvidenceStore } from '@caserelay/evidence-store';
import type { Readable } from 'node:stream';

/** What lies of each report: for programs, and a page for engineers in each language. */
export type ReportForm = 'json' | 'en.html' | 'zh-CN.html';

/** A whole report, ready to be sent. */
export interface ReportFile {
  bytes: number;
  content: Readable;
}

/** Whole reports as dump-analysis wrote them into the evidence store; only read here. */
export class ReportFiles {
  constructor(private readonly store: EvidenceStore) {}

  /** Null when there is none. Both ids are UUIDs, so that they lead nowhere else. */
  async open(caseId: string, uploadId: string, form: ReportForm): Promise<ReportFile | null> {
    const file = await this.store.openIfThere(`analyses/${caseId}/${uploadId}.${form}`);
    return file && { bytes: await file.size(), content: streamOf(file) };
  }
}
