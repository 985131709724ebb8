import { Problem } from '@caserelay/service-host';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';

interface Told {
  readonly account: string;
  readonly command: string;
  readonly path: string;
  readonly fromPath: string;
  readonly status: string;
}

export interface HearingNeeds {
  readHook(body: unknown): { told: Told | null } | { fault: string };
  /** Keeps it until the engine is looked after; false when the account is not ours. */
  keep(told: Told): Promise<boolean>;
}
export const HearingNeeds = Symbol('HearingNeeds');

/** Where SFTPGo tells what its customers did. It hears 200 only when that is kept, or is nothing to us. */
@Controller('engine-news')
export class HearEngineController {
  constructor(@Inject(HearingNeeds) private readonly needs: HearingNeeds) {}

  @Post('sftpgo')
  @HttpCode(200)
  async hear(@Body() body: unknown): Promise<{ kept: boolean }> {
    const read = this.needs.readHook(body);
    if ('fault' in read) throw new Problem(400, 'Bad request', read.fault);
    return { kept: read.told !== null && (await this.needs.keep(read.told)) };
  }
}
