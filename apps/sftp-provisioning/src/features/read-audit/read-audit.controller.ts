import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { read } from '../../operator-request.js';
import { auditCsv, type AuditColumn } from './audit-csv.js';

type Line = Record<AuditColumn, string | number | Date | null> & { readonly entryId: number };

export interface AuditNeeds {
  list(wish: z.infer<typeof Wish>): Promise<readonly Line[]>;
}
export const AuditNeeds = Symbol('AuditNeeds');

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .nullable()
  .default(null);
const word = z.string().min(1).max(100).nullable().default(null);
const Wish = z.object({
  caseId: z.uuid().nullable().default(null),
  account: word,
  address: word,
  action: word,
  from: instant,
  to: instant,
  before: z.coerce.number().int().min(1).nullable().default(null),
  limit: z.coerce.number().int().min(1).max(5000).default(200),
  format: z.enum(['json', 'csv']).default('json'),
});

/** What was done and refused, for operators; the newest first, as JSON or CSV. */
@Controller('v1/audit')
export class ReadAuditController {
  constructor(@Inject(AuditNeeds) private readonly needs: AuditNeeds) {}

  @Get()
  async list(@Query() query: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const wish = read(Wish, query);
    const entries = await this.needs.list(wish);
    const next = entries.length === wish.limit ? (entries.at(-1)?.entryId ?? null) : null;
    if (next !== null) response.set('Link', `<${nextPage(request, next)}>; rel="next"`);
    response.set('Cache-Control', 'no-store');
    if (wish.format === 'csv') {
      response.type('text/csv').set('Content-Disposition', 'attachment; filename="audit.csv"').send(auditCsv(entries));
      return;
    }
    response.json({ entries, next });
  }
}

function nextPage(request: Request, before: number): string {
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('before', String(before));
  return `${url.pathname}${url.search}`;
}
