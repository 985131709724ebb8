import { Problem } from '@caserelay/service-host';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { read, readId, unknown } from '../../operator-request.js';
import { findUpload, releaseUpload, type Needs, type ScanView } from './oversee-scans.js';

export const ScanNeeds = Symbol('ScanNeeds');

const uuid = z.uuid().nullable().default(null);
const Page = z.object({
  scan: z.enum(['waiting', 'quarantine', 'clean', 'infected', 'not-scanned']).nullable().default(null),
  caseId: uuid,
  spaceId: uuid,
  after: uuid,
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const Release = z.strictObject({ because: z.string().trim().min(1).max(500) });

/** Closed uploads for operators: what the malware scanner said, and what may be done about it. */
@Controller('v1/uploads')
export class OverseeScansController {
  constructor(@Inject(ScanNeeds) private readonly needs: Needs) {}

  @Get()
  async list(@Query() query: unknown): Promise<{ uploads: ScanView[]; next: string | null }> {
    const wanted = read(Page, query);
    const uploads = await this.needs.scans.list({ ...wanted, uploadId: null });
    return { uploads, next: uploads.length === wanted.limit ? (uploads.at(-1)?.uploadId ?? null) : null };
  }

  @Post(':id/release')
  @HttpCode(200)
  async release(@Param('id') id: string, @Body() body: unknown, @Req() request: Request): Promise<ScanView> {
    const { because } = read(Release, body);
    const upload = await this.find(id);
    if (!(await releaseUpload(upload, because, this.needs)))
      throw new Problem(409, 'Not in quarantine', `found ${standOf(upload)}; expected an upload in quarantine`);
    this.needs.note({ action: 'release-upload', upload, reason: because, address: request.ip });
    return this.find(id);
  }

  @Post(':id/scan')
  @HttpCode(202)
  async scanAgain(@Param('id') id: string, @Req() request: Request): Promise<ScanView> {
    const upload = await this.find(id);
    if (!(await this.needs.scans.scanAgain(upload.uploadId)))
      throw new Problem(409, 'Not to be scanned again', `found ${standOf(upload)}; expected one that is not scanned`);
    this.needs.note({ action: 'scan-upload', upload, reason: 'to be scanned again', address: request.ip });
    this.needs.wakeScanner();
    return this.find(id);
  }

  private async find(id: string): Promise<ScanView> {
    const upload = await findUpload(readId(id, 'upload'), this.needs);
    if (upload) return upload;
    throw unknown('closed upload', id);
  }
}

function standOf({ scan, releasedAt }: ScanView): string {
  return releasedAt === null ? `one that is ${scan}` : `one that was released at ${releasedAt.toISOString()}`;
}
