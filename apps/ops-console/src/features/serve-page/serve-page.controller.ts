import type { ServerResponse } from 'node:http';
import { Problem } from '@caserelay/service-host';
import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { PageFiles } from '../../adapters/page-files/page-files.js';

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

@Controller()
export class ServePageController {
  constructor(@Inject(PageFiles) private readonly files: PageFiles) {}

  @Get()
  list(@Headers('if-none-match') known: string | undefined, @Res() response: ServerResponse): void {
    this.send('cases.html', known, response);
  }

  @Get('cases/:id')
  case(@Headers('if-none-match') known: string | undefined, @Res() response: ServerResponse): void {
    this.send('case.html', known, response);
  }

  @Get('assets/:name')
  asset(
    @Param('name') name: string,
    @Headers('if-none-match') known: string | undefined,
    @Res() response: ServerResponse,
  ): void {
    this.send(name, known, response);
  }

  private send(name: string, known: string | undefined, response: ServerResponse): void {
    const file = this.files.find(name);
    if (!file)
      throw new Problem(404, 'Unknown file', `found no file ${JSON.stringify(name.slice(0, 100))} of the page`);
    const unchanged = known === file.tag;
    response.writeHead(unchanged ? 304 : 200, { ...headers, etag: file.tag, 'content-type': file.type });
    response.end(unchanged ? undefined : file.content);
  }
}
