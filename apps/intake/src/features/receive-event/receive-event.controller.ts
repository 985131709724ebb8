import { isSameSecret, Problem } from '@caserelay/service-host';
import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { answerToSender } from './answer-to-sender.js';
import { inboundTypes, receiveEvent, type CaseAnswer, type Needs, type Sender } from './receive-event.js';

export const ReceiveEventNeeds = Symbol('ReceiveEventNeeds');
export const ApiKeys = Symbol('ApiKeys');

/** Who has the key of commands may also register tickets; who has that of events may not ask anything of a case. */
export interface ApiKeys {
  events: string;
  /** Without it nobody asks anything of a case at this door. */
  commands: string | undefined;
}

/** Where other systems post events: CloudEvents 1.0 in structured JSON mode. */
@Controller('v1/events')
export class ReceiveEventController {
  constructor(
    @Inject(ReceiveEventNeeds) private readonly needs: Needs,
    @Inject(ApiKeys) private readonly keys: ApiKeys,
  ) {}

  @Post()
  @HttpCode(202)
  async receive(@Body() body: unknown, @Headers() headers: Record<string, string | undefined>): Promise<CaseAnswer> {
    const may = this.mayTell(headers['authorization'] ?? '');
    const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (!['application/cloudevents+json', 'application/json'].includes(contentType))
      throw new Problem(
        415,
        'Unsupported media type',
        `expected application/cloudevents+json, found "${contentType.slice(0, 100)}"`,
      );
    const sender: Sender = { channel: 'events', idempotencyKey: headers['idempotency-key'] ?? null, may };
    const told = answerToSender(await receiveEvent(body, sender, this.needs));
    if ('answer' in told) return told.answer;
    const { status, title, detail, ...more } = told.problem;
    throw new Problem(status, title, detail, more);
  }

  private mayTell(authorization: string): Sender['may'] {
    const { events, commands } = this.keys;
    if (commands !== undefined && isSameSecret(authorization, `Bearer ${commands}`)) return inboundTypes;
    if (isSameSecret(authorization, `Bearer ${events}`)) return ['ticket.registered'];
    throw new Problem(
      401,
      'Not authorised',
      'expected the header "Authorization: Bearer <API key>" with the key of intake',
    );
  }
}
