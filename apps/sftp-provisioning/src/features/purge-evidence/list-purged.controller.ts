import { PurgedFilesWish, type PurgedFilesPage } from '@caserelay/contracts';
import { read } from '../../operator-request.js';
import { Controller, Get, Inject, Query } from '@nestjs/common';

/** A page of what was removed at a request. */
export type ListPurged = (wish: PurgedFilesWish) => Promise<PurgedFilesPage>;
export const ListPurged = Symbol('ListPurged');

/** The whole list behind a proof of deletion, which holds the first 500 files. */
@Controller('v1/purged-files')
export class ListPurgedController {
  constructor(@Inject(ListPurged) private readonly listPurged: ListPurged) {}

  @Get()
  async list(@Query() query: unknown): Promise<PurgedFilesPage> {
    return this.listPurged(read(PurgedFilesWish, query));
  }
}
