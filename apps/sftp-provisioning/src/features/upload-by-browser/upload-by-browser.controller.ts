import type { Host } from '@caserelay/service-host';
import { Problem } from '@caserelay/service-host';
import { Controller, Delete, Get, Head, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { admitUploader, comesFromOurPage, type Admission, type Needs as AdmittingNeeds } from './admit-uploader.js';
import { listArrivals, type Needs as ListingNeeds } from './list-arrivals.js';

interface Space {
  readonly spaceId: string;
  readonly caseId: string;
}

/** Gives the deeds what they need now. */
export interface UploadingNeeds {
  admitting(): AdmittingNeeds;
  listing(): ListingNeeds;
  /** The pass in the cookies of a request. */
  passIn(cookies: string | undefined): string | null;
  /** Hands a request of the tus protocol to where uploads are received. */
  passOn(space: Space, path: string, request: Request, response: Response): Promise<void>;
  /** Host and port of links, for browsers that do not say where a request comes from. */
  publicHost(): string;
  log: Pick<Host['log'], 'warn'>;
}
export const UploadingNeeds = Symbol('UploadingNeeds');

const statusOf = {
  unknown: 404,
  'no-pass': 403,
  closed: 410,
  suspended: 410,
  replaced: 410,
  expired: 410,
  'foreign-page': 403,
  'read-only': 403,
  unreachable: 503,
};

@Controller('spaces/:token')
export class UploadByBrowserController {
  constructor(@Inject(UploadingNeeds) private readonly needs: UploadingNeeds) {}

  @Get('arrivals')
  async list(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const space = await this.admit(token, request);
    const arrivals = await listArrivals(space.spaceId, this.needs.listing());
    response.set(answerHeaders).json({ arrivals });
  }

  @Post('files')
  async begin(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.passOn(token, '/files', request, response);
  }

  @Post('complete')
  async complete(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.passOn(token, '/complete', request, response);
  }

  @Head('files/:file')
  async look(
    @Param('token') token: string,
    @Param('file') file: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.passOn(token, `/files/${encodeURIComponent(file)}`, request, response);
  }

  @Patch('files/:file')
  async append(
    @Param('token') token: string,
    @Param('file') file: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.passOn(token, `/files/${encodeURIComponent(file)}`, request, response);
  }

  @Delete('files/:file')
  async remove(
    @Param('token') token: string,
    @Param('file') file: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.passOn(token, `/files/${encodeURIComponent(file)}`, request, response);
  }

  private async passOn(token: string, path: string, request: Request, response: Response): Promise<void> {
    const space = await this.admit(token, request);
    if (space.isReadOnly) throw refusal('read-only');
    response.set(answerHeaders);
    try {
      await this.needs.passOn(space, path, request, response);
    } catch (error) {
      if (response.headersSent || request.destroyed) response.destroy();
      else {
        this.needs.log.warn({ error, caseId: space.caseId }, 'an upload of a browser could not be passed on');
        throw refusal('unreachable');
      }
    }
  }

  private async admit(token: string, request: Request): Promise<Space & { isReadOnly: boolean }> {
    const { origin, host } = request.headers;
    const site = request.get('sec-fetch-site');
    if (!comesFromOurPage({ site, origin, host }, this.needs.publicHost())) throw refusal('foreign-page');
    const admission: Admission = await admitUploader(
      token,
      this.needs.passIn(request.headers.cookie),
      this.needs.admitting(),
    );
    if (admission.kind === 'refused') throw refusal(admission.because);
    return admission.space;
  }
}

const answerHeaders = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
};

const details = {
  unknown: 'This link is not known.',
  'no-pass': 'Open the page of the link and press its button first; only then can files be uploaded.',
  closed: 'The upload space is closed.',
  suspended: 'The upload space is not available at the moment.',
  replaced: 'The link was replaced by a newer one.',
  expired: 'The link has expired.',
  'foreign-page': 'The request does not come from the page of the link.',
  'read-only': 'The case is archived: its account can only be read from.',
  unreachable: 'Uploads are not received at this moment; try again in a few seconds.',
};

function refusal(because: keyof typeof statusOf): Problem {
  return new Problem(statusOf[because], 'Upload not possible', details[because], { because });
}
