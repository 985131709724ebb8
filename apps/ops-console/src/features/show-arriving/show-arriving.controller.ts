import { CaseId } from '@caserelay/contracts';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { z } from 'zod';
import { readInput } from '../../adapters/caller-input/read-input.js';
import { showArriving, type ArrivingUpload, type Needs } from './show-arriving.js';

export const ShowArrivingNeeds = Symbol('ShowArrivingNeeds');
const Address = z.object({ id: CaseId });

@Controller('v1/cases')
export class ShowArrivingController {
  constructor(@Inject(ShowArrivingNeeds) private readonly needs: Needs) {}

  @Get(':id/arriving')
  async show(@Param() address: unknown): Promise<{ arriving: ArrivingUpload[] }> {
    return { arriving: await showArriving(readInput(Address, address).id, this.needs) };
  }
}
