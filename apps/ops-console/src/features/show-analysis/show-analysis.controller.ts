import { CaseId } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ReportFiles, type ReportForm } from '../../adapters/report-files/report-files.js';
import { readInput } from '../../adapters/caller-input/read-input.js';

const Address = z.object({ id: CaseId, uploadId: z.uuid() });
const Choice = z.object({ language: z.enum(['zh-CN', 'en']).default('zh-CN') });

/** What a report holds came out of a customer's file: a browser shall show it and run nothing of it. */
const headers = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** How far the readings go that run now; the percentage is null while only small parts of a file are read. */
export interface Needs {
  readings(): Promise<{ uploadId: string; stage: string; member: string | null; percent: number | null }[]>;
}
export const ShowAnalysisNeeds = Symbol('ShowAnalysisNeeds');

@Controller('v1')
export class ShowAnalysisController {
  constructor(
    @Inject(ReportFiles) private readonly files: ReportFiles,
    @Inject(ShowAnalysisNeeds) private readonly needs: Needs,
  ) {}

  @Get('cases/:id/analyses/:uploadId')
  async report(@Param() address: unknown, @Res() response: ServerResponse): Promise<void> {
    await this.send(readInput(Address, address), 'json', response);
  }

  @Get('cases/:id/analyses/:uploadId/page')
  async page(@Param() address: unknown, @Query() choice: unknown, @Res() response: ServerResponse): Promise<void> {
    const { language } = readInput(Choice, choice);
    await this.send(readInput(Address, address), `${language}.html`, response);
  }

  private async send(
    { id, uploadId }: z.infer<typeof Address>,
    form: ReportForm,
    response: ServerResponse,
  ): Promise<void> {
    const file = await this.files.open(id, uploadId, form);
    if (!file) throw new Problem(404, 'Unknown report', `upload ${uploadId} of case ${id} has no such report`);
    response.writeHead(200, {
      ...headers,
      'content-type': form === 'json' ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
      'content-length': file.bytes,
      'content-disposition': `inline; filename="${uploadId}.${form}"`,
    });
    // A reader who goes away is no fault.
    await pipeline(file.content, response).catch(() => undefined);
  }

  @Get('readings')
  async running(): Promise<{ readings: Awaited<ReturnType<Needs['readings']>> }> {
    return { readings: await this.needs.readings() };
  }
}
