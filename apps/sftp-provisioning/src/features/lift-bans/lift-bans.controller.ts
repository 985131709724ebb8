import { Controller, Delete, Get, HttpCode, Inject, Param, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { read, readId, unknown } from '../../operator-request.js';

export interface LiftingNeeds {
  list(most: number): Promise<readonly object[]>;
  lift(banId: string): Promise<{ network: string; account: string | null } | null>;
  note(reason: string, account: string | null, address: string | undefined): void;
}
export const LiftingNeeds = Symbol('LiftingNeeds');

const Wanted = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) });

/** Who is kept from logging in after too many failures, for operators. */
@Controller('v1/login-bans')
export class LiftBansController {
  constructor(@Inject(LiftingNeeds) private readonly needs: LiftingNeeds) {}

  @Get()
  async list(@Query() query: unknown): Promise<{ bans: readonly object[] }> {
    return { bans: await this.needs.list(read(Wanted, query).limit) };
  }

  @Delete(':id')
  @HttpCode(204)
  async lift(@Param('id') id: string, @Req() request: Request): Promise<void> {
    const lifted = await this.needs.lift(readId(id, 'ban'));
    if (!lifted) throw unknown('ban', id);
    this.needs.note(`of ${lifted.network}`, lifted.account, request.ip);
  }
}
