import { HandedOverThread } from '@caserelay/contracts';
import { isSameSecret, Problem } from '@caserelay/service-host';
import { Body, Controller, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { importThread, type Imported, type Needs } from './import-thread.js';

export const ImportThreadNeeds = Symbol('ImportThreadNeeds');
/** The key that other systems post with. */
export const ThreadsKey = Symbol('ThreadsKey');

/** Where threads that were led elsewhere are handed over. */
@Controller('v1/threads')
export class ImportThreadController {
  constructor(
    @Inject(ImportThreadNeeds) private readonly needs: Needs,
    @Inject(ThreadsKey) private readonly apiKey: string,
  ) {}

  @Post()
  @HttpCode(200)
  async import(
    @Body() body: unknown,
    @Query('dryRun') dryRun: unknown,
    @Headers('authorization') authorization = '',
  ): Promise<Imported> {
    if (!isSameSecret(authorization, `Bearer ${this.apiKey}`))
      throw new Problem(
        401,
        'Not authorised',
        'expected the header "Authorization: Bearer <API key>" with the key of intake',
      );
    const parsed = HandedOverThread.safeParse(body);
    if (!parsed.success) {
      const errors = parsed.error.issues
        .slice(0, 50)
        .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
      throw new Problem(400, 'Bad request', errors.join('; '));
    }
    const thread = storable(parsed.data);
    const done = await importThread(thread, dryRun === 'true', this.needs);
    if (done.outcome === 'conflict') throw new Problem(409, 'Two cases', done.reason);
    return done.imported;
  }
}

/** Postgres keeps no NUL and no half characters; mails of old archives have both. */
function storable<Value>(value: Value): Value {
  const clean = (_: string, part: unknown): unknown =>
    typeof part === 'string' ? part.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd') : part;
  return JSON.parse(JSON.stringify(value, clean)) as Value;
}
