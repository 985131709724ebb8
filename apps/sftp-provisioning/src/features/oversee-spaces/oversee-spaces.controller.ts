import { Problem } from '@caserelay/service-host';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { networkParts } from '../../address-rules.js';
import { read, readId, unknown } from '../../operator-request.js';
import type { Needs, Session, SpaceChange, SpaceView as Space } from './oversee-spaces.js';

export const OverseeingNeeds = Symbol('OverseeingNeeds');

const Wanted = z.object({
  state: z.enum(['open', 'closed']).nullable().default(null),
  account: z.string().max(32).nullable().default(null),
  after: z.uuid().nullable().default(null),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const network = z
  .string()
  .max(64)
  .refine(
    (text) => networkParts(text) !== null,
    'expected an address or a network such as 203.0.113.0/24 or 2001:db8::/32',
  )
  .transform((text) => {
    const parts = networkParts(text);
    return parts ? `${parts.address}/${parts.prefix}` : text;
  });
const Change = z.strictObject({
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .nullable()
    .optional(),
  allowedAddresses: z.array(network).max(100).optional(),
  mostSessions: z.number().int().min(1).max(1000).nullable().optional(),
  mostBytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().optional(),
  mostFiles: z.number().int().min(1).max(1_000_000).nullable().optional(),
});
const Disabling = z.strictObject({ because: z.string().trim().min(1).max(500) });

/** Upload spaces for operators: look at them, set their rules, end their sessions. */
@Controller('v1/upload-spaces')
export class OverseeSpacesController {
  constructor(@Inject(OverseeingNeeds) private readonly needs: Needs) {}

  @Get()
  async list(@Query() query: unknown): Promise<{ spaces: Space[]; next: string | null }> {
    const wanted = read(Wanted, query);
    const spaces = await this.needs.list(wanted);
    return { spaces, next: spaces.length === wanted.limit ? (spaces.at(-1)?.spaceId ?? null) : null };
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<unknown> {
    const space = await this.find(id);
    const [links, keys, sessions] = await Promise.all([
      this.needs.linksOf(space.spaceId),
      this.needs.keysOf(space.spaceId),
      this.needs.sessionsOf(space.spaceId),
    ]);
    return { ...space, links, keys, sessions };
  }

  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown, @Req() request: Request): Promise<Space> {
    return this.keep(await this.find(id), read(Change, body), request);
  }

  @Post(':id/disable')
  @HttpCode(200)
  async disable(@Param('id') id: string, @Body() body: unknown, @Req() request: Request): Promise<Space> {
    const { because } = read(Disabling, body);
    const space = await this.find(id);
    return this.keep(space, { disabledAt: this.needs.now(), disabledBecause: because }, request);
  }

  @Post(':id/enable')
  @HttpCode(200)
  async enable(@Param('id') id: string, @Req() request: Request): Promise<Space> {
    return this.keep(await this.find(id), { disabledAt: null, disabledBecause: null }, request);
  }

  @Get(':id/sessions')
  async sessions(@Param('id') id: string): Promise<{ sessions: Session[] }> {
    const { spaceId } = await this.find(id);
    return { sessions: await this.needs.sessionsOf(spaceId) };
  }

  @Delete(':id/sessions')
  async endSessions(@Param('id') id: string, @Req() request: Request): Promise<{ asked: number }> {
    return { asked: await this.end(await this.find(id), null, request) };
  }

  @Delete(':id/sessions/:sessionId')
  async endSession(
    @Param('id') id: string,
    @Param('sessionId') sessionId: string,
    @Req() request: Request,
  ): Promise<{ asked: number }> {
    const space = await this.find(id);
    const asked = await this.end(space, readId(sessionId, 'session'), request);
    if (asked === 0) throw unknown('session', sessionId);
    return { asked };
  }

  private async end(space: Space, sessionId: string | null, request: Request): Promise<number> {
    const asked = await this.needs.endSessions(space.spaceId, sessionId);
    this.needs.note({ action: 'end-sessions', space, reason: `${asked} asked to end`, address: request.ip });
    return asked;
  }

  private async keep(space: Space, change: SpaceChange, request: Request): Promise<Space> {
    if (space.state === 'closed')
      throw new Problem(
        409,
        'Space is closed',
        `the space of ${space.account} closed with its case; reopen the case first`,
      );
    await this.needs.change(space.spaceId, change);
    this.needs.note({ action: 'change-space', space, reason: JSON.stringify(change), address: request.ip });
    return this.find(space.spaceId);
  }

  private async find(id: string): Promise<Space> {
    const space = await this.needs.find(readId(id, 'upload space'));
    if (space) return space;
    throw unknown('upload space', id);
  }
}
