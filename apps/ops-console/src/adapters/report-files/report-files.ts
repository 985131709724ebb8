import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies of each report: for programs, and a page for engineers in each language. */
export type ReportForm = 'json' | 'en.html' | 'zh-CN.html';

/** A whole report, ready to be sent. */
export interface ReportFile {
  bytes: number;
  content: ReturnType<FileHandle['createReadStream']>;
}

/** Whole reports as dump-analysis wrote them into the evidence store; only read here. */
export class ReportFiles {
  constructor(private readonly evidenceFolder: string) {}

  /** Null when there is none. Both ids are UUIDs, so that they lead nowhere else. */
  async open(caseId: string, uploadId: string, form: ReportForm): Promise<ReportFile | null> {
    const path = join(this.evidenceFolder, 'analyses', caseId, `${uploadId}.${form}`);
    const file = await open(path, 'r').catch((error: unknown) => {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    if (!file) return null;
    const { size } = await file.stat();
    return { bytes: size, content: file.createReadStream() };
  }
}
