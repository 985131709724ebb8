import type { Host } from '@caserelay/service-host';
import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Language } from '@caserelay/contracts';
import type { Request, Response } from 'express';
import { customerPage, outcomeNote, pageHeaders, refusedPage, type Setting } from './customer-page.js';
import { languageOf, texts } from './page-texts.js';
import { formTokenIn, readForm } from './read-form.js';
import type { RefusedLinks } from './refused-links.js';
import { answerSurvey, tick, visit, type CaseOnPage, type Needs, type Outcome, type Said } from './serve-customer.js';

/** What the door hands over. Without a key there is no page: every link is refused. */
export interface ServingNeeds {
  needs: Needs | null;
  forms: {
    /** What a form carries that is made now. */
    give(token: string): string;
    isGood(token: string, form: string): boolean;
  };
  refused: RefusedLinks;
  log: Pick<Host['log'], 'info'>;
}
export const ServingNeeds = Symbol('ServingNeeds');

const outcomes: readonly Outcome[] = ['ticked', 'answered', 'answered-before', 'closed', 'changed'];

/** The page that a customer has of a case, reached by the link in letters. */
@Controller('customer')
export class ServeCustomerController {
  constructor(@Inject(ServingNeeds) private readonly serving: ServingNeeds) {}

  /** Programs that look through mails follow links: looking changes nothing. */
  @Get(':token')
  async look(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const page = await this.pageOf(token, request, response);
    if (!page) return;
    const { said } = queryOf(request);
    const outcome = outcomes.find((one) => one === said);
    const language = this.languageFor(page, request);
    this.show(page, { token, language, note: outcome ? outcomeNote(outcome, language) : null }, response);
  }

  @Post(':token')
  async say(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const page = await this.pageOf(token, request, response);
    if (!page || !this.serving.needs) return;
    const language = this.languageFor(page, request);
    const text = texts[language];
    const form = readForm(body);
    const survey = form.what === 'survey' ? form : form.what === 'unfit' ? form.filled : null;
    const filled = {
      plan: form.what === 'plan' ? form.filled : null,
      survey: survey && { ...survey, words: survey.words ?? '' },
    };
    const isOurs = request.headers['sec-fetch-site'] !== 'cross-site';
    if (!isOurs || !this.serving.forms.isGood(token, formTokenIn(body))) {
      this.show(page, { token, language, filled, status: 403, note: { text: text.stale, isGood: false } }, response);
      return;
    }
    if (form.what === 'unfit') {
      const note = { text: text.unfit[form.because], isGood: false };
      this.show(page, { token, language, filled, status: 400, note }, response);
      return;
    }
    const said =
      form.what === 'plan'
        ? await tick(token, form, this.serving.needs)
        : await answerSurvey(token, form, this.serving.needs);
    this.answer(said, { what: form.what, language, caseId: page.caseId }, request, response);
  }

  /** Back to the page by GET, so that neither reloading nor going back sends the form again. */
  private answer(
    said: Said,
    { what, language, caseId }: { what: string; language: Language; caseId: string },
    request: Request,
    response: Response,
  ): void {
    if (said.kind === 'refused') {
      this.refuse(request, response);
      return;
    }
    this.serving.log.info({ caseId, what, outcome: said.outcome }, 'a customer sent a form of their page');
    response.set(pageHeaders).set('Location', `?lang=${language}&said=${said.outcome}`).status(303).end();
  }

  /** Null once the request is answered with a refusal; a made-up link costs no look into the database. */
  private async pageOf(token: string, request: Request, response: Response): Promise<CaseOnPage | null> {
    const { needs } = this.serving;
    const found = needs && (await visit(token, needs));
    if (found?.kind === 'case') return found.page;
    this.refuse(request, response);
    return null;
  }

  private refuse(request: Request, response: Response): void {
    const address = request.ip ?? '';
    const isTooMany = this.serving.refused.isTooMany(address, Date.now());
    if (!isTooMany) {
      this.serving.refused.note(address, Date.now());
      this.serving.log.info({ address }, 'a link to a customer’s page was refused');
    }
    const language = languageOf(queryOf(request).lang, request.headers['accept-language'] ?? '') ?? 'zh-CN';
    response.set(pageHeaders).vary('Accept-Language');
    if (isTooMany) response.set('Retry-After', '60');
    response
      .status(isTooMany ? 429 : 404)
      .type('html')
      .send(refusedPage(language));
  }

  /** As chosen on the page, else that of the letters. */
  private languageFor(page: CaseOnPage, request: Request): Language {
    return languageOf(queryOf(request).lang, '') ?? page.language;
  }

  private show(
    page: CaseOnPage,
    {
      token,
      language,
      note,
      filled = { plan: null, survey: null },
      status = 200,
    }: Pick<Setting, 'language' | 'note'> & { token: string; filled?: Setting['filled']; status?: number },
    response: Response,
  ): void {
    const setting = { language, note, filled, formToken: this.serving.forms.give(token) };
    response.set(pageHeaders).status(status).type('html').send(customerPage(page, setting));
  }
}

function queryOf(request: Request): { lang: string | null; said: string | null } {
  const { searchParams } = new URL(request.url, 'http://localhost');
  return { lang: searchParams.get('lang'), said: searchParams.get('said') };
}
