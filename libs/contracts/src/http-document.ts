import { z } from 'zod';
import { TicketRegistered } from './inbound.events.js';

type Json = Record<string, unknown>;

const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const json = (description: string, schema: Json): Json => ({
  description,
  content: { 'application/json': { schema } },
});
const parameter = (place: 'path' | 'query' | 'header', name: string, schema: Json, description: string): Json => ({
  in: place,
  name,
  schema,
  description,
  ...(place === 'path' ? { required: true } : {}),
});
const id = parameter('path', 'id', { type: 'string', format: 'uuid' }, 'Id of the thing');
const object = (...fields: string[]): Json => ({
  type: 'object',
  required: fields,
  properties: Object.fromEntries(fields.map((field) => [field, {}])),
});
const token = parameter('path', 'token', { type: 'string' }, 'Out of the link');
const file = parameter('path', 'file', { type: 'string', format: 'uuid' }, 'Id of an upload by browser');
const passed = { security: [{ uploadPass: [] }] };
const notAdmitted = {
  403: problem('No pass, or asked by another site than the page'),
  404: problem('No such link or upload'),
  410: problem('Expired, replaced or closed; or the file was taken away'),
  503: problem('Uploads are not received at this moment'),
};
const operator = { security: [{ operator: [] }] };
const engineer = { security: [{ engineer: [] }] };
const limit = (most: number): Json =>
  parameter('query', 'limit', { type: 'integer', minimum: 1, maximum: most }, 'How many at the most');

const ownPages: Json = {
  '/health/live': { get: { summary: 'The process answers', responses: { 200: json('It lives', object('status')) } } },
  '/health/ready': {
    get: {
      summary: 'The parts that the service needs answer',
      responses: {
        200: json('All do', object('status', 'parts')),
        503: json('One does not; `parts` says which', object('status', 'parts')),
      },
    },
  },
  '/metrics': {
    get: {
      summary: 'What the service measures, for Prometheus',
      responses: { 200: { description: 'Text format 0.0.4' } },
    },
  },
};

const body = (schema: Json): Json => ({
  requestBody: { required: true, content: { 'application/json': { schema } } },
});
const fields = (properties: Json, ...required: string[]): Json => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const nullable = (type: string, more: Json = {}): Json => ({ type: [type, 'null'], ...more });
const partOf = (name: string): Json => parameter('path', name, { type: 'string', format: 'uuid' }, 'Its id');
const oneSpace = { 401: problem('No or a wrong key'), 404: problem('No such space') };
const closedSpace = { ...oneSpace, 400: problem('A body that does not fit'), 409: problem('The space is closed') };
const givenKey = body(fields({ publicKey: { type: 'string', maxLength: 8192 } }, 'publicKey'));
const takenKey = json('The key', object('keyId', 'algorithm', 'fingerprint', 'comment'));

const operatorDoors: Json = {
  '/v1/upload-spaces': {
    get: {
      ...operator,
      summary: 'Upload spaces, the newest first, with what they hold',
      parameters: [
        limit(200),
        parameter('query', 'state', { type: 'string', enum: ['open', 'closed'] }, 'Only such ones'),
        parameter('query', 'account', { type: 'string', maxLength: 32 }, 'How the account begins'),
        parameter('query', 'after', { type: 'string', format: 'uuid' }, 'The `next` of an earlier page'),
      ],
      responses: { 200: json('A page', object('spaces', 'next')), 401: problem('No or a wrong key') },
    },
  },
  '/v1/upload-spaces/{id}': {
    get: {
      ...operator,
      summary: 'One space with its links, keys and sessions',
      parameters: [id],
      responses: { 200: json('The space', object('spaceId', 'account', 'links', 'keys', 'sessions')), ...oneSpace },
    },
    patch: {
      ...operator,
      summary: 'Sets rules of a space; what is not named stays, null takes back to the default',
      parameters: [id],
      ...body(
        fields({
          expiresAt: nullable('string', { format: 'date-time' }),
          allowedAddresses: { type: 'array', maxItems: 100, items: { type: 'string' } },
          mostSessions: nullable('integer', { minimum: 1, maximum: 1000 }),
          mostBytes: nullable('integer', { minimum: 1 }),
          mostFiles: nullable('integer', { minimum: 1, maximum: 1_000_000 }),
        }),
      ),
      responses: { 200: json('The space as it is now', {}), ...closedSpace },
    },
  },
  '/v1/upload-spaces/{id}/disable': {
    post: {
      ...operator,
      summary: 'Lets nobody in any more and ends sessions',
      parameters: [id],
      ...body(fields({ because: { type: 'string', minLength: 1, maxLength: 500 } }, 'because')),
      responses: { 200: json('The space as it is now', {}), ...closedSpace },
    },
  },
  '/v1/upload-spaces/{id}/enable': {
    post: {
      ...operator,
      summary: 'Takes a disabling back',
      parameters: [id],
      responses: { 200: json('The space as it is now', {}), ...closedSpace },
    },
  },
  '/v1/upload-spaces/{id}/links': {
    post: {
      ...operator,
      summary: 'Makes a new password and the link that shows it; the ones before are good for nothing from then on',
      parameters: [id],
      ...body(fields({ endSessions: { type: 'boolean' }, tellCustomer: { type: 'boolean' } })),
      responses: { 201: json('The link', object('link', 'linkExpiresAt')), ...closedSpace },
    },
  },
  '/v1/upload-spaces/{id}/links/{linkId}': {
    delete: {
      ...operator,
      summary: 'Revokes a link; the password stays good for whoever knows it',
      parameters: [id, partOf('linkId')],
      responses: { 204: { description: 'Revoked' }, ...oneSpace },
    },
  },
  '/v1/upload-spaces/{id}/keys': {
    post: {
      ...operator,
      ...givenKey,
      summary: 'Lets the holder of an SSH key in: ed25519, ecdsa, or rsa from 2048 bits on',
      parameters: [id],
      responses: { 201: takenKey, ...closedSpace },
    },
  },
  '/v1/upload-spaces/{id}/keys/{keyId}': {
    delete: {
      ...operator,
      summary: 'Takes a key away',
      parameters: [id, partOf('keyId')],
      responses: { 204: { description: 'Gone' }, ...oneSpace },
    },
  },
  '/v1/upload-spaces/{id}/sessions': {
    get: {
      ...operator,
      summary: 'Who is logged in',
      parameters: [id],
      responses: { 200: json('The sessions', object('sessions')), ...oneSpace },
    },
    delete: {
      ...operator,
      summary: 'Ends all sessions within seconds',
      parameters: [id],
      responses: { 200: json('How many', object('asked')), ...oneSpace },
    },
  },
  '/v1/upload-spaces/{id}/sessions/{sessionId}': {
    delete: {
      ...operator,
      summary: 'Ends one session within seconds',
      parameters: [id, partOf('sessionId')],
      responses: { 200: json('How many', object('asked')), ...oneSpace },
    },
  },
  '/engine-news/sftpgo': {
    post: {
      security: [{ engineHook: [] }],
      summary: 'SFTPGo tells what a customer did, by its hook for actions',
      ...body(object('action', 'username', 'virtual_path', 'status')),
      responses: {
        200: json('Kept, or nothing to us (`kept: false`)', object('kept')),
        400: problem('Not what SFTPGo tells'),
        401: problem('No or a wrong key'),
        403: problem('SFTPGo is not the engine, or SFTPGO_HOOK_KEY is not set'),
      },
    },
  },
  '/v1/login-bans': {
    get: {
      ...operator,
      summary: 'Addresses that may not log in for a while, to one account or (`account: null`) to any',
      parameters: [limit(1000)],
      responses: { 200: json('The bans', object('bans')), 401: problem('No or a wrong key') },
    },
  },
  '/v1/login-bans/{id}': {
    delete: {
      ...operator,
      summary: 'Lifts a ban and forgets what led to it',
      parameters: [id],
      responses: { 204: { description: 'Lifted' }, 401: problem('No or a wrong key'), 404: problem('No such ban') },
    },
  },
  '/v1/audit': {
    get: {
      ...operator,
      summary: 'What was done and refused, the newest first',
      parameters: [
        limit(5000),
        parameter('query', 'caseId', { type: 'string', format: 'uuid' }, 'Of this case'),
        parameter('query', 'account', { type: 'string' }, 'Of this account'),
        parameter('query', 'address', { type: 'string' }, 'From this address'),
        parameter('query', 'action', { type: 'string' }, 'Such as `log-in` or `close-file`'),
        parameter('query', 'from', { type: 'string', format: 'date-time' }, 'From this instant on'),
        parameter('query', 'to', { type: 'string', format: 'date-time' }, 'Before this instant'),
        parameter('query', 'before', { type: 'integer' }, 'The `next` of an earlier page'),
        parameter('query', 'format', { type: 'string', enum: ['json', 'csv'] }, 'JSON unless asked for'),
      ],
      responses: {
        200: json('A page, or CSV; the header `Link` leads to the next one', object('entries', 'next')),
        400: problem('A query that does not fit'),
        401: problem('No or a wrong key'),
      },
    },
  },
  '/spaces/{token}/keys': {
    post: {
      ...givenKey,
      summary: 'The customer gives an SSH key that opens the account, so that no password is needed',
      parameters: [token],
      responses: {
        201: takenKey,
        400: problem('No usable key'),
        404: problem('No such link, or not good any more'),
        409: problem('The account has the key, or too many'),
        415: problem('Not JSON'),
      },
    },
  },
};

const paths: Record<string, Json> = {
  intake: {
    '/v1/events': {
      post: {
        summary: 'Another system tells an event; it counts once by `source` and `id`',
        security: [{ integration: [] }],
        parameters: [
          parameter(
            'header',
            'Idempotency-Key',
            { type: 'string', maxLength: 200 },
            'A post with the same key and content counts once',
          ),
        ],
        requestBody: {
          required: true,
          content: {
            'application/cloudevents+json': { schema: { $ref: '#/components/schemas/TicketRegistered' } },
            'application/json': { schema: { $ref: '#/components/schemas/TicketRegistered' } },
          },
        },
        responses: {
          202: json('Taken; a repeat gets the same answer', object('caseId', 'caseNumber', 'trackingToken')),
          400: problem('The body breaks the schema; `errors` names each fault with the value found'),
          401: problem('No or a wrong key'),
          409: problem('The same id or key came before with other content'),
          413: problem('More than 256 KiB'),
          422: problem('An event type that nobody knows'),
        },
      },
    },
  },
  'case-workflow': {
    '/v1/cases': {
      get: {
        summary: 'Cases, latest change first',
        parameters: [limit(200)],
        responses: { 200: json('A list', {}), 400: problem('A query that does not fit') },
      },
    },
    '/v1/cases/{id}': {
      get: {
        summary: 'One case with its history, without words or links',
        parameters: [id],
        responses: { 200: json('The case', {}), 404: problem('No such case') },
      },
    },
    '/v1/timers': {
      get: {
        summary: 'Timers: what is due, what comes next, what fails, how late those of the last hour rang',
        parameters: [limit(200)],
        responses: {
          200: json(
            'The timers',
            object('now', 'speed', 'redis', 'due', 'next', 'stuck', 'failing', 'reconciliation', 'lateness'),
          ),
          400: problem('A query that does not fit'),
        },
      },
    },
    '/v1/timers/retry-stuck': {
      post: {
        summary: 'Lets every stuck case be asked once more, as after a deploy that mends what it failed by',
        responses: { 200: json('How many', object('retried')) },
      },
    },
    '/v1/timers/{id}/retry': {
      post: {
        summary: 'Lets a case be asked now whose last waking failed; one that is not due changes nothing',
        parameters: [id],
        responses: { 200: json('One', object('retried')), 404: problem('No case whose waking failed') },
      },
    },
  },
  'sftp-provisioning': {
    ...operatorDoors,
    '/spaces/{token}': {
      get: {
        summary: 'The page behind the link of a letter; it asks before it shows',
        parameters: [token],
        responses: {
          200: {
            description:
              'A page; or `{ reveal }`, with the account but for its password for a browser that pressed the button before',
          },
          404: problem('No such link'),
          410: problem('Expired, replaced, used up or closed'),
        },
      },
      post: {
        summary: 'Shows the account and gives the browser a pass to upload (a cookie); counted',
        parameters: [token],
        responses: {
          200: json(
            'A page, or as JSON',
            object('host', 'port', 'user', 'password', 'folder', 'fingerprint', 'hostKey'),
          ),
          404: problem('No such link'),
          410: problem('Expired, replaced, used up or closed'),
        },
      },
    },
    '/spaces/{token}/arrivals': {
      get: {
        ...passed,
        summary: 'What has arrived in the space: name, state, bytes, and what a browser may continue',
        parameters: [token],
        responses: { 200: json('The files, newest change first', object('arrivals')), ...notAdmitted },
      },
    },
    '/spaces/{token}/complete': {
      post: {
        ...passed,
        summary: 'The customer says that these are all files; names those that lack their end',
        parameters: [token],
        responses: { 200: json('The files', object('complete', 'lacking')), ...notAdmitted },
      },
    },
    '/spaces/{token}/files': {
      post: {
        ...passed,
        summary:
          'Begins an upload (tus 1.0.0, creation): `Upload-Length`, `Upload-Metadata` with `filename` and `lastModified`',
        parameters: [token],
        responses: {
          201: { description: 'Begun; `Location` says where' },
          400: { description: 'A name or a size that cannot be used: `{ because }`' },
          413: { description: 'Too large, or over the quota' },
          423: { description: 'Too many files arrive at this moment' },
          507: { description: 'No room left' },
          ...notAdmitted,
        },
      },
    },
    '/spaces/{token}/files/{file}': {
      head: {
        ...passed,
        summary: 'How far an upload is (tus 1.0.0): `Upload-Offset`, `Upload-Length`',
        parameters: [token, file],
        responses: { 200: { description: 'The place to go on at' }, ...notAdmitted },
      },
      patch: {
        ...passed,
        summary: 'Sends bytes from `Upload-Offset` on (tus 1.0.0); the last one makes the file received',
        parameters: [token, file],
        responses: {
          204: { description: 'Taken; `Upload-Offset` says how far the upload is' },
          409: { description: 'Bytes from another place on are missing' },
          413: { description: 'More than was announced, or over the quota' },
          423: { description: 'Another request holds the upload' },
          507: { description: 'No room left' },
          ...notAdmitted,
        },
      },
      delete: {
        ...passed,
        summary: 'Takes back an upload that is not whole (tus 1.0.0, termination)',
        parameters: [token, file],
        responses: { 204: { description: 'Gone' }, 400: { description: 'Received already' }, ...notAdmitted },
      },
    },
    '/spaces/script/{name}': {
      get: {
        summary: 'A script of the page',
        parameters: [parameter('path', 'name', { type: 'string' }, 'Its name')],
        responses: { 200: { description: 'The script' }, 404: problem('No such script') },
      },
    },
  },
  'dump-analysis': {},
  notification: {},
  'ops-console': {
    '/': { get: { ...engineer, summary: 'The page of the console', responses: { 200: { description: 'HTML' } } } },
    '/cases/{id}': {
      get: {
        ...engineer,
        summary: 'The page of one case',
        parameters: [id],
        responses: { 200: { description: 'HTML' } },
      },
    },
    '/assets/{name}': {
      get: {
        ...engineer,
        summary: 'A file of the page',
        parameters: [parameter('path', 'name', { type: 'string' }, 'Its name')],
        responses: { 200: { description: 'The file' }, 404: problem('No such file') },
      },
    },
    '/v1/cases': {
      get: {
        ...engineer,
        summary: 'Cases, newest activity first',
        parameters: [
          limit(200),
          parameter('query', 'after', { type: 'string' }, 'The `next` of an earlier page'),
          parameter('query', 'search', { type: 'string', maxLength: 100 }, 'Words to look for'),
        ],
        responses: {
          200: json('A page of cases', object('cases', 'next', 'streamFrom')),
          400: problem('A query that does not fit'),
        },
      },
    },
    '/v1/cases/{id}': {
      get: {
        ...engineer,
        summary: 'One case with its whole timeline',
        parameters: [id],
        responses: {
          200: json('The case', object('summary', 'timeline', 'cut', 'streamFrom')),
          404: problem('No such case'),
        },
      },
    },
    '/v1/cases/{id}/arriving': {
      get: {
        ...engineer,
        summary: 'Files that arrive for a case at this moment: what their first bytes say, and how much is here',
        parameters: [id],
        responses: { 200: json('The files', object('arriving')) },
      },
    },
    '/v1/cases/{id}/analyses/{uploadId}': {
      get: {
        ...engineer,
        summary: 'The whole report of an upload: every dump in it, as the crash-dump package publishes it',
        parameters: [id, parameter('path', 'uploadId', { type: 'string', format: 'uuid' }, 'Id of the upload')],
        responses: {
          200: json('The report', object('uploadId', 'name', 'dumps')),
          404: problem('No such report'),
        },
      },
    },
    '/v1/cases/{id}/analyses/{uploadId}/page': {
      get: {
        ...engineer,
        summary:
          'The same as a page with pictures: a line and the report of each dump, the one that tells most first; it loads and runs nothing',
        parameters: [
          id,
          parameter('path', 'uploadId', { type: 'string', format: 'uuid' }, 'Id of the upload'),
          parameter('query', 'language', { type: 'string', enum: ['zh-CN', 'en'] }, 'zh-CN unless asked for'),
        ],
        responses: { 200: { description: 'HTML' }, 404: problem('No such report') },
      },
    },
    '/v1/readings': {
      get: {
        ...engineer,
        summary: 'Uploads that are being read now, and how far that has come',
        responses: { 200: json('The readings', object('readings')) },
      },
    },
    '/v1/queues': {
      get: {
        ...engineer,
        summary: 'Depth and consumers of every queue in the broker',
        responses: { 200: json('The queues', {}) },
      },
    },
    '/v1/timers': {
      get: { ...engineer, summary: 'Timers and long work by state', responses: { 200: json('The counts', {}) } },
    },
    '/v1/stream': {
      get: {
        ...engineer,
        summary: 'What happens, as server-sent events',
        parameters: [parameter('header', 'Last-Event-ID', { type: 'string' }, 'Goes on after this one')],
        responses: { 200: { description: 'text/event-stream' } },
      },
    },
    '/v1/dead-letters': {
      get: {
        ...engineer,
        summary: 'Dead letters, newest first',
        parameters: [limit(500)],
        responses: { 200: json('The letters', object('deadLetters')), 400: problem('A query that does not fit') },
      },
    },
    '/v1/dead-letters/{id}': {
      get: {
        ...engineer,
        summary: 'One dead letter with headers and payload',
        parameters: [id],
        responses: { 200: json('The letter', {}), 404: problem('No such letter') },
      },
    },
    '/v1/dead-letters/replay': {
      post: {
        ...engineer,
        summary: 'Sends letters to their services again: `ids`, or all that fit a filter',
        responses: { 200: json('How many', object('replayed')), 400: problem('An order that does not fit') },
      },
    },
    '/v1/dead-letters/{id}/replay': {
      post: {
        ...engineer,
        summary: 'Sends one letter again',
        parameters: [id],
        responses: {
          200: json('The letter', {}),
          404: problem('No such letter'),
          409: problem('It was settled before'),
        },
      },
    },
    '/v1/dead-letters/{id}/discard': {
      post: {
        ...engineer,
        summary: 'Gives one letter up, with a `reason` that is kept',
        parameters: [id],
        responses: {
          200: json('The letter', {}),
          400: problem('No reason'),
          404: problem('No such letter'),
          409: problem('It was settled before'),
        },
      },
    },
  },
};

/**
 * The OpenAPI 3.1 document of every HTTP door; each path says in `servers` which service has it. Paths that several
 * services have stand once per service behind the service's name.
 * Source: https://spec.openapis.org/oas/v3.1.0
 */
export function openApi({ version }: { version: string }): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'CaseRelay over HTTP',
      version,
      description:
        'Each service listens on a port of its own; the first part of a path here is the name of the service and not part of the address. Every answer that is not a success is a problem of RFC 9457.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(
      Object.entries(paths).flatMap(([service, own]) =>
        Object.entries({ ...own, ...ownPages }).map(([path, item]) => [
          `/${service}${path}`,
          { ...(item as Json), 'x-service': service },
        ]),
      ),
    ),
    components: {
      securitySchemes: {
        integration: { type: 'http', scheme: 'bearer', description: 'INTAKE_API_KEY' },
        operator: { type: 'http', scheme: 'bearer', description: 'SPACES_API_KEY' },
        engineHook: { type: 'http', scheme: 'bearer', description: 'SFTPGO_HOOK_KEY' },
        uploadPass: {
          type: 'apiKey',
          in: 'cookie',
          name: 'upload-pass',
          description: 'Given when the account is shown',
        },
        engineer: { type: 'http', scheme: 'basic', description: 'CONSOLE_USER and CONSOLE_PASSWORD' },
      },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'status', 'title', 'detail'],
          properties: {
            type: { type: 'string' },
            status: { type: 'integer' },
            title: { type: 'string' },
            detail: { type: 'string' },
          },
        },
        TicketRegistered: z.toJSONSchema(TicketRegistered, { target: 'draft-2020-12' }),
      },
    },
  };
}
