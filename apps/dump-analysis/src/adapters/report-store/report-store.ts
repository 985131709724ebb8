import type { StoredReport } from '@caserelay/contracts';
import type { EvidenceStore } from '@caserelay/evidence-store';
import { createHash } from 'node:crypto';

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where whole reports lie: the folder `analyses/` of the evidence store, in which this service alone writes. */
export class ReportStore {
  constructor(private readonly store: Pick<EvidenceStore, 'draft'>) {}

  /**
   * Keeps a report and its pages, each so that it is there whole or not at all, even when the power fails; kept again,
   * they are replaced. The Chinese page is told, the English one lies beside it.
   */
  async keep(
    caseId: string,
    uploadId: string,
    { json, pages }: { json: string; pages: { 'zh-CN': string; en: string } },
  ): Promise<StoredReport> {
    if (!id.test(caseId) || !id.test(uploadId)) {
      throw new Error(`found case "${caseId}" and upload "${uploadId}"; expected two UUIDs, which make up a path`);
    }
    const place = `analyses/${caseId}/${uploadId}`;
    await this.write(`${place}.en.html`, pages.en);
    const page = await this.write(`${place}.zh-CN.html`, pages['zh-CN']);
    return { ...(await this.write(`${place}.json`, json)), page };
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
    return { location, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  }
}
