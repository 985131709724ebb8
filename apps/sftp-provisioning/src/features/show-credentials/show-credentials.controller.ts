import type { Host } from '@caserelay/service-host';
import { Problem } from '@caserelay/service-host';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { credentialPage, pageHeaders, refusalText } from './credential-page.js';
import { languageOf } from './page-texts.js';
import { showCredentials, type Answer, type Needs } from './show-credentials.js';

/** Gives the deed what it needs now. */
export interface ShowingNeeds {
  needs(): Needs;
  /** The pass in the cookies of a request, and the cookie that keeps a new one in the browser. */
  passIn(cookies: string | undefined): string | null;
  cookieFor(token: string, pass: string): string;
  /** The zone of the times on the page. */
  zone: string;
  log: Pick<Host['log'], 'info'>;
  /** Writes down that a link was opened, or why it was not. */
  note(entry: { outcome: 'done' | 'refused'; reason: string; caseId: string | null; address: string | null }): void;
}
export const ShowingNeeds = Symbol('ShowingNeeds');

@Controller('spaces')
export class ShowCredentialsController {
  constructor(@Inject(ShowingNeeds) private readonly showing: ShowingNeeds) {}

  @Get(':token')
  async look(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const pass = this.showing.passIn(request.headers.cookie);
    this.answer(await showCredentials(token, { reveal: false, pass }, this.showing.needs()), request, response);
  }

  @Post(':token')
  async reveal(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const answer = await showCredentials(token, { reveal: true, pass: null }, this.showing.needs());
    this.note(answer, request);
    if (answer.kind === 'shown') {
      response.set('Set-Cookie', this.showing.cookieFor(token, answer.pass));
      this.showing.log.info(
        { caseId: answer.caseId, address: request.ip, openingsLeft: answer.openingsLeft },
        'credentials were shown',
      );
    }
    this.answer(answer, request, response);
  }

  private note(answer: Answer, { ip }: Request): void {
    const address = ip ?? null;
    switch (answer.kind) {
      case 'shown':
        this.showing.note({ outcome: 'done', reason: `${answer.openingsLeft} left`, caseId: answer.caseId, address });
        return;
      case 'gone':
        this.showing.note({ outcome: 'refused', reason: answer.because, caseId: answer.caseId, address });
        return;
      case 'unknown':
        this.showing.note({ outcome: 'refused', reason: 'unknown', caseId: null, address });
        return;
      case 'hidden':
      case 'open':
    }
  }

  private answer(answer: Answer, request: Request, response: Response): void {
    const asked = new URL(request.url, 'http://localhost').searchParams.get('lang');
    const language = languageOf(asked, request.headers['accept-language'] ?? '');
    const status = { hidden: 200, open: 200, shown: 200, unknown: 404, gone: 410 }[answer.kind];
    response.set(pageHeaders).vary('Accept-Language');
    if (request.accepts(['html', 'json']) === 'html') {
      const page = credentialPage(answer, { language, zone: this.showing.zone });
      response.status(status).type('html').send(page);
      return;
    }
    switch (answer.kind) {
      case 'unknown':
        throw new Problem(status, 'Unknown link', refusalText(answer, language));
      case 'gone':
        throw new Problem(status, 'Link no longer valid', refusalText(answer, language), { because: answer.because });
      case 'hidden':
        response.status(status).json({ reveal: 'POST' });
        return;
      case 'open':
        response.status(status).json({ reveal: 'POST', ...answer.account });
        return;
      case 'shown':
        response.status(status).json(answer.credentials);
    }
  }
}
