import { Controller, Get, Inject, Query } from '@nestjs/common';
import { readInput } from '../../adapters/caller-input/read-input.js';
import { CaseQuery, listCases, type Needs } from './list-cases.js';

export const ListCasesNeeds = Symbol('ListCasesNeeds');

@Controller('v1/cases')
export class ListCasesController {
  constructor(@Inject(ListCasesNeeds) private readonly needs: Needs) {}

  @Get()
  list(@Query() query: unknown): ReturnType<typeof listCases> {
    return listCases(readInput(CaseQuery, query), this.needs);
  }
}
