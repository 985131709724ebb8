import { Problem } from '@caserelay/service-host';
import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import type { Response } from 'express';

/** Where the scripts of the page are. */
export interface Scripts {
  find(name: string): { readonly content: Buffer; readonly tag: string } | undefined;
}
export const Scripts = Symbol('Scripts');

const headers = {
  'Cache-Control': 'no-cache',
  'Content-Type': 'text/javascript; charset=utf-8',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** What the credential page runs. Nothing in it is secret. */
@Controller('spaces/script')
export class ServeScriptsController {
  constructor(@Inject(Scripts) private readonly scripts: Scripts) {}

  @Get(':name')
  script(
    @Param('name') name: string,
    @Headers('if-none-match') known: string | undefined,
    @Res() response: Response,
  ): void {
    const script = this.scripts.find(name);
    if (!script)
      throw new Problem(404, 'Unknown script', `found no script ${JSON.stringify(name.slice(0, 100))} of the page`);
    const isKnown = known === script.tag;
    response.status(isKnown ? 304 : 200).set({ ...headers, ETag: script.tag });
    if (isKnown) response.end();
    else response.send(script.content);
  }
}
