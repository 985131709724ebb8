import { id, json, limit, object, problem, type Json } from './http-parts.js';

/** Mails whose case a person has to find. */
export const waitingMailDoors: Record<string, Json> = {
  '/v1/mails/waiting': {
    get: {
      summary: 'Mails whose case a person has to find, longest waiting first, with the cases they may belong to',
      security: [{ integration: [] }],
      parameters: [limit(200)],
      responses: {
        200: json('How many wait, and a list', object('waiting', 'mails')),
        400: problem('A query that does not fit'),
        401: problem('No or a wrong key'),
      },
    },
  },
  '/v1/mails/{id}/assign': {
    post: {
      summary: 'A person says where a mail that waits belongs; done once, the same again gets the same answer',
      security: [{ integration: [] }],
      parameters: [id],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['as', 'by'],
              properties: {
                as: { enum: ['case', 'new', 'nothing'] },
                caseId: { type: 'string', format: 'uuid', description: 'With `as: case` only, and then needed' },
                by: { type: 'object', required: ['name', 'address'], description: 'Who decides' },
                note: { type: ['string', 'null'], maxLength: 500 },
              },
            },
          },
        },
      },
      responses: {
        200: json('Where it went; `caseId` is null for nothing', object('mailId', 'as', 'caseId')),
        400: problem('A body that does not fit'),
        401: problem('No or a wrong key'),
        404: problem('No such mail waits or has waited, or no such case'),
        409: problem('Decided otherwise before'),
      },
    },
  },
};
