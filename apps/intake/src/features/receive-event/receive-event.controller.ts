import { isSameSecret, Problem } from '@caserelay/service-host';
import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { receiveEvent, type CaseAnswer, type Needs } from './receive-event.js';

export const ReceiveEventNeeds = Symbol('ReceiveEventNeeds');
export const ApiKey = Symbol('ApiKey');

/** Where other systems post events: CloudEvents 1.0 in structured JSON mode. */
@Controller('v1/events')
export class ReceiveEventController {
  constructor(
    @Inject(ReceiveEventNeeds) private readonly needs: Needs,
    @Inject(ApiKey) private readonly apiKey: string,
  ) {}

  @Post()
  @HttpCode(202)
  async receive(@Body() body: unknown, @Headers() headers: Record<string, string | undefined>): Promise<CaseAnswer> {
    if (!isSameSecret(headers['authorization'] ?? '', `Bearer ${this.apiKey}`))
      throw new Problem(
        401,
        'Not authorised',
        'expected the header "Authorization: Bearer <API key>" with the key of intake',
      );
    const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (!['application/cloudevents+json', 'application/json'].includes(contentType))
      throw new Problem(
        415,
        'Unsupported media type',
        `expected application/cloudevents+json, found "${contentType.slice(0, 100)}"`,
      );
    const received = await receiveEvent(body, headers['idempotency-key'] ?? null, this.needs);
    switch (received.outcome) {
      case 'accepted':
        return received.answer;
      case 'broken':
        throw new Problem(400, 'The event breaks its schema', `${received.flaws.length} of its fields cannot be used`, {
          errors: received.flaws,
        });
      case 'unknown-type':
        throw new Problem(
          422,
          'Unknown event type',
          `no event of type "${received.found}" is taken; known: ${received.known.join(', ')}`,
        );
      case 'conflict':
        throw new Problem(409, 'Posted before with other content', received.reason);
    }
  }
}
