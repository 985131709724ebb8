import { packagePage, packageStyle } from '@caserelay/case-papers';
import { CaseId, Language, type ClosingSummary, type EscalationPackage } from '@caserelay/contracts';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { read, unknownCase } from '../../read-request.js';
import { draftSummary, showPackage, type Needs } from './show-papers.js';

export const PapersNeeds = Symbol('PapersNeeds');

const Choice = z.object({ lang: Language.optional() });
const SummaryChoice = Choice.extend({ format: z.enum(['json', 'text']).default('json') });

/** What it holds was said by strangers: a browser shows it and runs, loads and sends nothing. */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(packageStyle).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** What people are given to read of a case: the escalation package, and the closing summary before it goes out. */
@Controller('v1/cases')
export class ShowPapersController {
  constructor(@Inject(PapersNeeds) private readonly needs: Needs) {}

  @Get(':id/package')
  async package(@Param('id') id: string): Promise<EscalationPackage> {
    return (await this.packageOf(id)).paper;
  }

  @Get(':id/package/page')
  async page(@Param('id') id: string, @Query() query: unknown, @Res() response: ServerResponse): Promise<void> {
    const { lang } = read(Choice, query);
    const { paper, zone } = await this.packageOf(id);
    response.writeHead(200, pageHeaders).end(packagePage(paper, { language: lang ?? paper.language, zone }));
  }

  @Get(':id/summary-draft')
  async summary(@Param('id') id: string, @Query() query: unknown, @Res() response: ServerResponse): Promise<void> {
    const { lang, format } = read(SummaryChoice, query);
    const summary = await this.summaryOf(id, lang ?? null);
    const isText = format === 'text';
    response
      .writeHead(200, {
        'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      .end(isText ? summary.text : JSON.stringify(summary));
  }

  private async packageOf(id: string): Promise<{ paper: EscalationPackage; zone: string }> {
    const found = CaseId.safeParse(id).success ? await showPackage(id, this.needs) : null;
    if (found) return found;
    throw unknownCase(id);
  }

  private async summaryOf(id: string, language: Language | null): Promise<ClosingSummary> {
    const found = CaseId.safeParse(id).success ? await draftSummary(id, language, this.needs) : null;
    if (found) return found;
    throw unknownCase(id);
  }
}
