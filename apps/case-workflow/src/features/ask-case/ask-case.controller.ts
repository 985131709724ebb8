import { CaseId, NotYet, PersonCommand, Refusal } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { v5 as idFromName } from 'uuid';
import { read, unknownCase } from '../../read-request.js';
import { askCase, type Answer, type Needs } from './ask-case.js';

export const AskNeeds = Symbol('AskNeeds');

/** Never to be changed: the same key must give the same id for ever. */
const commandNamespace = '0d7f6c1e-5a52-4c0a-9d53-0c9b1d0f2a77';

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
    const commandId = idFromName(`${caseId}|${key}`, commandNamespace);
    const answer = await askCase({ caseId, key, commandId, command }, this.needs).catch((error: unknown) => {
      if (error instanceof NotYet) throw unknownCase(caseId);
      if (error instanceof Refusal) throw new Problem(409, 'Refused', error.message);
      throw error;
    });
    if (answer !== 'other') return answer;
    const detail = `the Idempotency-Key "${key}" was used for another command; expected a new one for each command`;
    throw new Problem(422, 'Key used before', detail);
  }
}
