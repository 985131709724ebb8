import type { StoredReport } from '@caserelay/contracts';
import { streamOf, type EvidenceStore } from '@caserelay/evidence-store';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { LyingReport } from '../../features/purge-reports/purge-reports.js';

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where whole reports lie: the folder `analyses/` of the evidence store, in which this service alone writes. */
export class ReportStore {
  constructor(private readonly store: Pick<EvidenceStore, 'draft' | 'openIfThere' | 'remove'>) {}

  /**
   * Keeps a report and its pages, each so that it is there whole or not at all, even when the power fails; kept again,
   * they are replaced. The Chinese page is told, the English one lies beside it.
   */
  async keep(
    caseId: string,
    uploadId: string,
    { json, pages }: { json: string; pages: { 'zh-CN': string; en: string } },
  ): Promise<StoredReport> {
    const place = placeOf(caseId, uploadId);
    await this.write(`${place}.en.html`, pages.en);
    const page = await this.write(`${place}.zh-CN.html`, pages['zh-CN']);
    return { ...(await this.write(`${place}.json`, json)), page };
  }

  /** The reports of an upload that are there. */
  async reportsOf(caseId: string, uploadId: string): Promise<LyingReport[]> {
    const found: LyingReport[] = [];
    for (const ending of endings) {
      const location = `${placeOf(caseId, uploadId)}${ending}`;
      const file = await this.store.openIfThere(location);
      if (!file) continue;
      const content = await buffer(streamOf(file));
      found.push({ location, ending, bytes: content.length, sha256: sha256Of(content) });
    }
    return found;
  }

  /** Removes a report for good, also when the power fails next. */
  async remove(location: string): Promise<void> {
    await this.store.remove(location);
  }

  private async write(location: string, text: string): Promise<Omit<StoredReport, 'page'>> {
    const content = Buffer.from(text);
    const draft = await this.store.draft();
    try {
      await draft.write(content);
      await draft.keepAs(location);
    } catch (error) {
      await draft.discard();
      throw error;
    }
    return { location, bytes: content.length, sha256: sha256Of(content) };
  }
}

const endings = ['.json', '.zh-CN.html', '.en.html'] as const;

function placeOf(caseId: string, uploadId: string): string {
  if (!id.test(caseId) || !id.test(uploadId))
    throw new Error(`found case "${caseId}" and upload "${uploadId}"; expected two UUIDs, which make up a path`);
  return `analyses/${caseId}/${uploadId}`;
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
