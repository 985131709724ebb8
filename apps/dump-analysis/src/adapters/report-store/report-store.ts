import type { StoredReport } from '@caserelay/contracts';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where whole reports lie: the folder `analyses/` of the evidence store, in which this service alone writes. */
export class ReportStore {
  constructor(private readonly evidenceFolder: string) {}

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
    await writeWhole(join(this.evidenceFolder, location), content);
    return { location, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  }
}

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    const file = await open(unfinished, 'wx', 0o640);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** The new name is safe only when its folder is; systems on which folders cannot be opened see to it themselves. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r').catch(() => null);
  await opened?.sync().catch(() => undefined);
  await opened?.close();
}
