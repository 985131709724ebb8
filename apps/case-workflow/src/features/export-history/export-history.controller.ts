import { byteOrderMark } from '@caserelay/case-papers';
import { CaseId, Phase, type HistoryEvent } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { read, unknownCase } from '../../read-request.js';
import { asCsv, asNdjson, csvHeader, exportHistory, type Needs, type Place, type Wanted } from './export-history.js';

/** What the doors need beside the deed. */
export interface ExportNeeds extends Needs {
  isKnown(caseId: string): Promise<boolean>;
  /** Told of an export that broke off because of us. */
  failed(error: unknown): void;
}
export const ExportNeeds = Symbol('ExportNeeds');

const position = z.coerce.number().int().min(0).max(2_147_483_647);
const yes = z.enum(['true', 'false']).default('false');
const everything = 10_000_000;
const many = z.coerce.number().int().min(1).max(everything);

const OfCase = z.object({
  format: z.enum(['json', 'ndjson', 'csv']).default('json'),
  after: position.default(0),
  limit: many.optional(),
  bom: yes,
});
const OfCases = z.object({
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
  phase: Phase.nullable().default(null),
  policy: z.string().min(1).max(100).nullable().default(null),
  openedFrom: z.iso.datetime({ offset: true }).nullable().default(null),
  openedBefore: z.iso.datetime({ offset: true }).nullable().default(null),
  after: z
    .string()
    .regex(/^[0-9a-f-]{36}:\d{1,10}$/i, 'expected <caseId>:<position> of the last event that you have')
    .transform((text) => ({ caseId: text.slice(0, 36), position: Number(text.slice(37)) }))
    .pipe(z.object({ caseId: CaseId, position: z.number().int().max(2_147_483_647) }))
    .nullable()
    .default(null),
  limit: many.default(everything),
  bom: yes,
});

const mostInPage = 1_000;
/** Each keeps a connection of the database busy page after page. */
const mostAtOnce = 3;

/** The history of cases for other systems and for spreadsheets, as it was written down. */
@Controller('v1')
export class ExportHistoryController {
  private running = 0;

  constructor(@Inject(ExportNeeds) private readonly needs: ExportNeeds) {}

  @Get('cases/:id/history')
  async ofCase(@Param('id') id: string, @Query() query: unknown, @Res() response: ServerResponse): Promise<void> {
    const { format, after, limit, bom } = read(OfCase, query);
    if (!CaseId.safeParse(id).success || !(await this.needs.isKnown(id))) throw unknownCase(id);
    const wanted: Wanted = { caseId: id, phase: null, policy: null, openedFrom: null, openedBefore: null };
    const place = { caseId: id, position: after };
    if (format !== 'json') {
      await this.stream(wanted, place, { format, limit: limit ?? everything, bom, name: id }, response);
      return;
    }
    const most = Math.min(limit ?? mostInPage, mostInPage);
    const events: HistoryEvent[] = [];
    for await (const page of exportHistory(wanted, { after: place, limit: most }, this.needs)) events.push(...page);
    const next = events.length === most ? (events.at(-1)?.position ?? null) : null;
    response.writeHead(200, { ...headers, 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify({ events, next }));
  }

  @Get('history')
  async ofCases(@Query() query: unknown, @Res() response: ServerResponse): Promise<void> {
    const { format, limit, bom, after, openedFrom, openedBefore, phase, policy } = read(OfCases, query);
    const wanted: Wanted = {
      ...{ caseId: null, phase, policy },
      openedFrom: openedFrom === null ? null : new Date(openedFrom),
      openedBefore: openedBefore === null ? null : new Date(openedBefore),
    };
    await this.stream(wanted, after, { format, limit, bom, name: 'cases' }, response);
  }

  private async stream(
    wanted: Wanted,
    after: Place | null,
    { format, limit, bom, name }: { format: 'ndjson' | 'csv'; limit: number; bom: 'true' | 'false'; name: string },
    response: ServerResponse,
  ): Promise<void> {
    if (this.running >= mostAtOnce) {
      const detail = `${this.running} exports run at this moment; expected fewer than ${mostAtOnce}: try again later`;
      throw new Problem(503, 'Busy', detail);
    }
    this.running += 1;
    try {
      const isCsv = format === 'csv';
      const lines = linesOf(exportHistory(wanted, { after, limit }, this.needs), isCsv, isCsv && bom === 'true');
      // The first page is read before anything is said, so that a fault is told as one.
      const first = await lines.next();
      response.writeHead(200, {
        ...headers,
        'content-type': isCsv ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="history-${name}.${format}"`,
      });
      await pipeline(Readable.from(withFirst(first, lines), { objectMode: true, highWaterMark: 1 }), response);
    } catch (error) {
      if (!response.headersSent) throw error;
      // What was sent so far does not end as it should, by which the asker knows. One that went away is no fault.
      if (!isGone(error)) this.needs.failed(error);
      response.destroy();
    } finally {
      this.running -= 1;
    }
  }
}

const headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

async function* linesOf(pages: AsyncGenerator<HistoryEvent[]>, isCsv: boolean, bom: boolean): AsyncGenerator<string> {
  let head = isCsv ? `${bom ? byteOrderMark : ''}${csvHeader}` : '';
  for await (const page of pages) {
    yield head + page.map(isCsv ? asCsv : asNdjson).join('');
    head = '';
  }
  if (head !== '') yield head;
}

async function* withFirst(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
