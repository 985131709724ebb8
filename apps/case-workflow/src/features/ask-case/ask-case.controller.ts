import {
  CaseId,
  NotYet,
  PersonCommand,
  problemOfRefusal,
  problemOfUsedKey,
  Refusal,
  type RefusalProblem,
} from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { read, unknownCase } from '../../read-request.js';
import { askCase, type Answer, type Needs } from './ask-case.js';
import { commandIdOf } from './command-id.js';

export const AskNeeds = Symbol('AskNeeds');

@Controller('v1/cases')
export class AskCaseController {
  constructor(@Inject(AskNeeds) private readonly needs: Needs) {}

  @Post(':id/commands')
  @HttpCode(200)
  async ask(
    @Param('id') caseId: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body() body: unknown,
  ): Promise<Answer> {
    if (!CaseId.safeParse(caseId).success) throw unknownCase(caseId);
    if (key === undefined || !/^[\x21-\x7e]{1,200}$/.test(key)) {
      const found = key === undefined ? 'none' : `"${key.slice(0, 100)}"`;
      throw new Problem(400, 'Bad request', `Idempotency-Key: found ${found}; expected 1 to 200 visible characters`);
    }
    const command = read(PersonCommand, body);
    const commandId = commandIdOf(caseId, key);
    const asked = { caseId, key, commandId, command, channel: 'api' as const, event: null };
    const answer = await askCase(asked, this.needs).catch((error: unknown) => {
      if (error instanceof NotYet) throw unknownCase(caseId);
      if (error instanceof Refusal) throw asProblem(problemOfRefusal(error));
      throw error;
    });
    if (answer === 'other') throw asProblem(problemOfUsedKey(key));
    return answer;
  }
}

function asProblem({ status, title, detail, ...more }: RefusalProblem): Problem {
  return new Problem(status, title, detail, more);
}
