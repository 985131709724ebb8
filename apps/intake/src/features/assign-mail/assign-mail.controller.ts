import { Person } from '@caserelay/contracts';
import { isSameSecret, Problem } from '@caserelay/service-host';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { assignMail, type ListedMail, type Needs } from './assign-mail.js';

/** What the doors need beside the deed. */
export interface AssignMailNeeds extends Needs {
  /** How many mails wait, and the ones that have waited longest. */
  list(limit: number): Promise<{ waiting: number; mails: ListedMail[] }>;
  /** Tells those who show what waits that it has changed. */
  changed(): void;
  apiKey: string;
}
export const AssignMailNeeds = Symbol('AssignMailNeeds');

const Page = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });
const act = { by: Person, note: z.string().trim().max(500).nullable().default(null) };
const Deciding = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('case'), caseId: z.uuid(), ...act }),
  z.strictObject({ as: z.literal('new'), ...act }),
  z.strictObject({ as: z.literal('nothing'), ...act }),
]);

/** Mails whose case a person has to find. */
@Controller('v1/mails')
export class AssignMailController {
  constructor(@Inject(AssignMailNeeds) private readonly needs: AssignMailNeeds) {}

  @Get('waiting')
  async list(@Query() query: unknown, @Headers('authorization') key?: string): Promise<unknown> {
    this.admit(key);
    return await this.needs.list(read(Page, query).limit);
  }

  @Post(':id/assign')
  @HttpCode(200)
  async assign(
    @Param('id') mailId: string,
    @Body() body: unknown,
    @Headers('authorization') key?: string,
  ): Promise<unknown> {
    this.admit(key);
    const decision = read(Deciding, body);
    const assigned = z.uuid().safeParse(mailId).success
      ? await assignMail(mailId, decision, this.needs)
      : ({ outcome: 'unknown-mail' } as const);
    switch (assigned.outcome) {
      case 'assigned':
        this.needs.changed();
        return { mailId, as: assigned.as, caseId: assigned.caseId };
      case 'repeated':
        return { mailId, as: assigned.as, caseId: assigned.caseId };
      case 'unknown-mail':
        throw new Problem(404, 'Unknown mail', `no mail that waits has the id "${mailId.slice(0, 100)}"`);
      case 'unknown-case':
        throw new Problem(404, 'Unknown case', 'no case has the id that was given; expected the id of a listed case');
      case 'conflict':
        throw new Problem(
          409,
          'Decided otherwise before',
          `the mail went ${assigned.caseId === null ? 'to no case' : `to case ${assigned.caseId}`} (${assigned.as})`,
        );
    }
  }

  private admit(key = ''): void {
    if (isSameSecret(key, `Bearer ${this.needs.apiKey}`)) return;
    throw new Problem(
      401,
      'Not authorised',
      'expected the header "Authorization: Bearer <API key>" with the key of intake',
    );
  }
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  throw new Problem(400, 'Bad request', faults.join('; '));
}
