import { CaseId } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { z } from 'zod';
import { readInput } from '../../adapters/caller-input/read-input.js';
import { showCase, type CaseStory, type Needs } from './show-case.js';

export const ShowCaseNeeds = Symbol('ShowCaseNeeds');
const Address = z.object({ id: CaseId });

@Controller('v1/cases')
export class ShowCaseController {
  constructor(@Inject(ShowCaseNeeds) private readonly needs: Needs) {}

  @Get(':id')
  async show(@Param() address: unknown): Promise<CaseStory> {
    const { id } = readInput(Address, address);
    const story = await showCase(id, this.needs);
    if (!story)
      throw new Problem(404, 'Unknown case', `no event of case ${id} was heard; expected the id of a listed case`);
    return story;
  }
}
