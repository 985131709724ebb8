import type { DeadLetter } from '@caserelay/messaging';
import { Problem } from '@caserelay/service-host';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { readInput } from '../../adapters/caller-input/read-input.js';
import {
  DiscardOrder,
  LetterQuery,
  ReplayOrder,
  discardLetter,
  listLetters,
  replayLetter,
  replayLetters,
  type LetterLine,
  type Needs,
} from './repair-dead-letters.js';

export const RepairNeeds = Symbol('RepairNeeds');
export const Engineer = Symbol('Engineer');
const Address = z.object({ id: z.uuid() });

@Controller('v1/dead-letters')
export class RepairDeadLettersController {
  constructor(
    @Inject(RepairNeeds) private readonly needs: Needs,
    @Inject(Engineer) private readonly engineer: string,
  ) {}

  @Get()
  async list(@Query() query: unknown): Promise<{ deadLetters: LetterLine[] }> {
    return { deadLetters: await listLetters(readInput(LetterQuery, query), this.needs) };
  }

  @Get(':id')
  async show(@Param() address: unknown): Promise<DeadLetter> {
    const { id } = readInput(Address, address);
    return found(id, await this.needs.find(id));
  }

  @Post('replay')
  @HttpCode(200)
  async replayMany(@Body() order: unknown): Promise<{ replayed: number }> {
    return { replayed: await replayLetters(readInput(ReplayOrder, order), this.engineer, this.needs) };
  }

  @Post(':id/replay')
  @HttpCode(200)
  async replay(@Param() address: unknown): Promise<DeadLetter> {
    const { id } = readInput(Address, address);
    return found(id, await replayLetter(id, this.engineer, this.needs));
  }

  @Post(':id/discard')
  @HttpCode(200)
  async discard(@Param() address: unknown, @Body() order: unknown): Promise<DeadLetter> {
    const { id } = readInput(Address, address);
    const { reason } = readInput(DiscardOrder, order);
    return found(id, await discardLetter(id, reason, this.engineer, this.needs));
  }
}

function found(id: string, letter: DeadLetter | null): DeadLetter {
  if (!letter)
    throw new Problem(404, 'Unknown dead letter', `found no dead letter ${id}; expected the id of a listed one`);
  return letter;
}
