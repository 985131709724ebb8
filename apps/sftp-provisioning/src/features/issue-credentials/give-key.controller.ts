import { Problem } from '@caserelay/service-host';
import { Body, Controller, Inject, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { IssuingNeeds, takeKey } from './issue-credentials.controller.js';

/** Where a customer who has the link gives a public key. Whoever has the link can see the password, so he may as well. */
@Controller('spaces/:token')
export class GiveKeyController {
  constructor(@Inject(IssuingNeeds) private readonly issuing: IssuingNeeds) {}

  @Post('keys')
  async add(@Param('token') token: string, @Body() body: unknown, @Req() request: Request): Promise<unknown> {
    if (request.is('application/json') !== 'application/json')
      throw new Problem(415, 'Unsupported media type', 'expected application/json with the field publicKey');
    const space = await this.issuing.findByToken(token);
    if (!space) throw new Problem(404, 'Unknown link', 'the link is not known, or not good any more');
    return takeKey(space, body, { actor: 'customer', address: request.ip }, this.issuing);
  }
}
