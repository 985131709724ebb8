import { CaseId, Phase } from '@caserelay/contracts';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { read, unknownCase } from '../../read-request.js';
import { showCase, type CaseView, type Needs } from './browse-cases.js';

export const BrowseNeeds = Symbol('BrowseNeeds');

const Wanted = z.object({
  phase: Phase.nullable().default(null),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const Page = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

@Controller('v1/cases')
export class BrowseCasesController {
  constructor(@Inject(BrowseNeeds) private readonly needs: Needs) {}

  @Get()
  async list(@Query() query: unknown): Promise<{ cases: Awaited<ReturnType<Needs['list']>> }> {
    return { cases: await this.needs.list(read(Wanted, query)) };
  }

  @Get(':id')
  async show(@Param('id') id: string, @Query() query: unknown): Promise<CaseView> {
    const found = CaseId.safeParse(id).success ? await showCase(id, read(Page, query), this.needs) : null;
    if (found) return found;
    throw unknownCase(id);
  }
}
