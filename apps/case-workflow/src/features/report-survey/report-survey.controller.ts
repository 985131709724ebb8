import { Problem, timeZone } from '@caserelay/service-host';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { read } from '../../read-request.js';
import { answersAsCsv, monthOf, placeIn, reportSurvey, spanOfMonths, type Needs } from './report-survey.js';

export type ReportSurveyNeeds = Needs;
export const ReportSurveyNeeds = Symbol('ReportSurveyNeeds');

const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'expected a month such as 2026-05');
const Wanted = z.object({
  from: month.optional(),
  to: month.optional(),
  policy: z.string().min(1).max(50).nullable().default(null),
  zone: timeZone.default('Asia/Shanghai'),
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
  format: z.enum(['json', 'csv']).default('json'),
});

/** What customers said when they were asked for their opinion. */
@Controller('v1/survey')
export class ReportSurveyController {
  constructor(@Inject(ReportSurveyNeeds) private readonly needs: Needs) {}

  /** The last twelve months unless said otherwise. */
  @Get()
  async report(@Query() query: unknown, @Res() response: Response): Promise<void> {
    const { zone, policy, limit, format, ...asked } = read(Wanted, query);
    const now = this.needs.now();
    const to = asked.to ?? monthOf(now, zone);
    const from = asked.from ?? `${Number(to.slice(0, 4)) - 1}${to.slice(4)}`;
    if (from > to) throw new Problem(400, 'Bad request', `from: found ${from}; expected no later month than ${to}`);
    const after = asked.after === undefined ? null : placeIn(asked.after);
    if (asked.after !== undefined && !after)
      throw new Problem(
        400,
        'Bad request',
        `after: found "${asked.after}"; expected what \`next\` of a page before said`,
      );
    const report = await reportSurvey({ ...spanOfMonths(from, to, zone), zone, policy, after, limit }, this.needs);
    response.set('Cache-Control', 'no-store');
    if (format === 'json') response.json(report);
    else response.type('text/csv; charset=utf-8').attachment('survey.csv').send(answersAsCsv(report.answers));
  }
}
