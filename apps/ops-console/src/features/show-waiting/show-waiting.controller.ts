import { Controller, Get, Inject } from '@nestjs/common';

export interface Needs {
  /** Which mails wait for a person to find their case, as intake shows it; null when it shows nothing. */
  waitingMails(): Promise<object | null>;
}
export const ShowWaitingNeeds = Symbol('ShowWaitingNeeds');

@Controller('v1/mails/waiting')
export class ShowWaitingController {
  constructor(@Inject(ShowWaitingNeeds) private readonly needs: Needs) {}

  @Get()
  async show(): Promise<{ mails: object | null }> {
    return { mails: await this.needs.waitingMails() };
  }
}
