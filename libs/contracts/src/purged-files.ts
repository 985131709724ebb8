import { z } from 'zod';
import { json, limit, object, parameter, problem, type Json } from './http-parts.js';
import type { PurgedFile } from './purge.events.js';

/** Asks for a page of what one service removed at a request; a proof of deletion names case and request. */
export const PurgedFilesWish = z.object({
  caseId: z.uuid(),
  requestedAt: z.iso.datetime({ offset: true }),
  /** The `next` of an earlier page. */
  after: z.string().min(1).max(1_000).nullable().default(null),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});
export type PurgedFilesWish = z.infer<typeof PurgedFilesWish>;

/** In an order of its own that never changes; `next` is null on the last page. */
export interface PurgedFilesPage {
  readonly files: readonly PurgedFile[];
  readonly next: string | null;
}

/** A page out of rows that were asked for with one more than fit. */
export function pageOf(
  rows: readonly { readonly key: string; readonly file: PurgedFile }[],
  most: number,
): PurgedFilesPage {
  const shown = rows.slice(0, most);
  return { files: shown.map(({ file }) => file), next: rows.length > most ? (shown.at(-1)?.key ?? null) : null };
}

export const purgedFilesDoor = (security: Json): Json => ({
  '/v1/purged-files': {
    get: {
      ...security,
      summary:
        'All that this service removed at a request of a case, with hashes and times; a proof lists the first 500',
      parameters: [
        { ...parameter('query', 'caseId', { type: 'string', format: 'uuid' }, 'The case'), required: true },
        {
          ...parameter(
            'query',
            'requestedAt',
            { type: 'string', format: 'date-time' },
            'The request, as its proof names it',
          ),
          required: true,
        },
        parameter('query', 'after', { type: 'string' }, 'The `next` of an earlier page'),
        limit(1_000),
      ],
      responses: {
        200: json('A page', object('files', 'next')),
        400: problem('A query that does not fit'),
        401: problem('No or a wrong key'),
        403: problem('The key is not set'),
      },
    },
  },
});
