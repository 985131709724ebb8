import { Problem } from '@caserelay/service-host';
import type { Tell } from '@caserelay/messaging';
import { Body, Controller, Delete, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { read, readId, unknown } from '../../operator-request.js';
import { addKey, mostKeys, renewLink, type Needs } from './issue-credentials.js';

interface Space {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  readonly state: 'open' | 'closed';
}

/** Gives the deeds what they need, within a transaction that also keeps what they tell. */
export interface IssuingNeeds {
  find(spaceId: string): Promise<Space | null>;
  /** The open space behind a link that is still good. */
  findByToken(token: string): Promise<Space | null>;
  transaction<Result>(work: (needs: Needs) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  endSessions(spaceId: string): Promise<number>;
  note(what: {
    action: 'make-link' | 'revoke-link' | 'add-key' | 'remove-key';
    actor: 'operator' | 'customer';
    space: Space;
    reason: string;
    address: string | undefined;
  }): void;
}
export const IssuingNeeds = Symbol('IssuingNeeds');

const Renewal = z.strictObject({
  /** Ends running sessions: when the old password fell into wrong hands. */
  endSessions: z.boolean().default(false),
  /** Has the case write to the customer. */
  tellCustomer: z.boolean().default(false),
});
const GivenKey = z.strictObject({ publicKey: z.string().min(1).max(8192) });

/** Links and keys of an account, for operators. */
@Controller('v1/upload-spaces')
export class IssueCredentialsController {
  constructor(@Inject(IssuingNeeds) private readonly issuing: IssuingNeeds) {}

  @Post(':id/links')
  async renew(@Param('id') id: string, @Body() body: unknown, @Req() request: Request): Promise<unknown> {
    const { endSessions, tellCustomer } = read(Renewal, body);
    const space = await this.findOpen(id);
    const made = await this.issuing.transaction(async (needs) => {
      const { made, tells } = await renewLink(space, tellCustomer, needs);
      return { result: made, tells };
    });
    if (endSessions) await this.issuing.endSessions(space.spaceId);
    const reason = `good until ${made.linkExpiresAt}${endSessions ? '; sessions ended' : ''}${tellCustomer ? '; told' : ''}`;
    this.issuing.note({ action: 'make-link', actor: 'operator', space, reason, address: request.ip });
    return { link: made.link, linkExpiresAt: made.linkExpiresAt };
  }

  @Delete(':id/links/:linkId')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Param('linkId') linkId: string, @Req() request: Request): Promise<void> {
    const space = await this.find(id);
    const link = readId(linkId, 'link');
    const isRevoked = await this.issuing.transaction(async (needs) => ({
      result: await needs.revokeLink(space.spaceId, link),
      tells: [],
    }));
    if (!isRevoked) throw unknown('link that is still good', linkId);
    this.issuing.note({ action: 'revoke-link', actor: 'operator', space, reason: link, address: request.ip });
  }

  @Post(':id/keys')
  async add(@Param('id') id: string, @Body() body: unknown, @Req() request: Request): Promise<unknown> {
    return takeKey(await this.findOpen(id), body, { actor: 'operator', address: request.ip }, this.issuing);
  }

  @Delete(':id/keys/:keyId')
  @HttpCode(204)
  async remove(@Param('id') id: string, @Param('keyId') keyId: string, @Req() request: Request): Promise<void> {
    const space = await this.find(id);
    const key = readId(keyId, 'key');
    const fingerprint = await this.issuing.transaction(async (needs) => ({
      result: await needs.keys.remove(space.spaceId, key),
      tells: [],
    }));
    if (fingerprint === null) throw unknown('key', keyId);
    this.issuing.note({ action: 'remove-key', actor: 'operator', space, reason: fingerprint, address: request.ip });
  }

  private async findOpen(id: string): Promise<Space> {
    const space = await this.find(id);
    if (space.state === 'open') return space;
    throw new Problem(
      409,
      'Space is closed',
      `the space of ${space.account} closed with its case; reopen the case first`,
    );
  }

  private async find(id: string): Promise<Space> {
    const space = await this.issuing.find(readId(id, 'upload space'));
    if (space) return space;
    throw unknown('upload space', id);
  }
}

/** Keeps the key in a request, or says why not. */
export async function takeKey(
  space: Space,
  body: unknown,
  by: { actor: 'operator' | 'customer'; address: string | undefined },
  issuing: IssuingNeeds,
): Promise<unknown> {
  const { publicKey } = read(GivenKey, body);
  const taken = await issuing.transaction(async (needs) => ({
    result: await addKey(space, publicKey, by.actor, needs),
    tells: [],
  }));
  switch (taken.kind) {
    case 'unreadable':
      throw new Problem(400, 'No usable public key', taken.fault);
    case 'too-many':
      throw new Problem(409, 'Too many keys', `${space.account} has ${mostKeys} keys; remove one first`);
    case 'known':
      throw new Problem(409, 'Known key', `${space.account} has the key ${taken.fingerprint} already`);
    case 'added': {
      issuing.note({ ...by, action: 'add-key', space, reason: `${taken.algorithm} ${taken.fingerprint}` });
      const { keyId, algorithm, fingerprint, comment } = taken;
      return { keyId, algorithm, fingerprint, comment };
    }
  }
}
