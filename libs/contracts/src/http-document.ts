import { z } from 'zod';
import { customerDoors } from './customer-doors.js';
import { caseDocuments } from './case-papers.js';
import { Phase } from './case.events.js';
import { id, json, limit, object, parameter, problem, token, type Json } from './http-parts.js';
import { purgedFilesDoor } from './purged-files.js';
import { CommandRequested, TicketRegistered } from './inbound.events.js';
import { HandedOverThread } from './import.events.js';
import { operatorDoors } from './operator-doors.js';
import { policyDoors } from './policy-doors.js';
import { PersonCommand } from './person-command.js';
import { webhookDoors } from './webhook-doors.js';
import { waitingMailDoors } from './waiting-mail-doors.js';

const file = parameter('path', 'file', { type: 'string', format: 'uuid' }, 'Id of an upload by browser');
const passed = { security: [{ uploadPass: [] }] };
const notAdmitted = {
  403: problem('No pass, or asked by another site than the page'),
  404: problem('No such link or upload'),
  410: problem('Expired, replaced or closed; or the file was taken away'),
  503: problem('Uploads are not received at this moment'),
};
const engineer = { security: [{ engineer: [] }] };

const keptFromStrangers = {
  401: problem('No or a wrong key of CASES_API_KEY'),
  403: problem('CASES_API_KEY is not set'),
};

const lang = parameter(
  'query',
  'lang',
  { type: 'string', enum: ['zh-CN', 'en'] },
  'The language of the case unless asked for',
);

const byteOrderMark = parameter(
  'query',
  'bom',
  { type: 'string', enum: ['true', 'false'] },
  'CSV with a byte order mark, without which Excel does not read UTF-8',
);

const exported: Json = {
  'application/x-ndjson': { schema: { $ref: '#/components/schemas/HistoryEvent' } },
  'text/csv': {
    schema: {
      type: 'string',
      description: 'RFC 4180; text that a spreadsheet would take for a formula begins with an apostrophe',
    },
  },
};

const ownPages: Json = {
  '/health/live': { get: { summary: 'The process answers', responses: { 200: json('It lives', object('status')) } } },
  '/health/ready': {
    get: {
      summary: 'The parts that the service needs answer',
      responses: {
        200: json('All do; `notes` tells about parts that it can do without', object('status', 'parts', 'notes')),
        503: json('One does not; `parts` says which', object('status', 'parts', 'notes')),
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

const paths: Record<string, Json> = {
  intake: {
    ...purgedFilesDoor({ security: [{ caseKeeper: [] }] }),
    '/v1/events': {
      post: {
        summary:
          'Another system tells an event; it counts once by `source` and `id`. The outcome of a command is told as an event',
        security: [{ integration: [] }, { caseKeeper: [] }],
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
            'application/cloudevents+json': { schema: { $ref: '#/components/schemas/InboundEvent' } },
            'application/json': { schema: { $ref: '#/components/schemas/InboundEvent' } },
          },
        },
        responses: {
          202: json('Taken; a repeat gets the same answer', object('caseId', 'caseNumber', 'trackingToken')),
          400: problem('The body breaks the schema; `errors` names each fault with the value found'),
          401: problem('No or a wrong key'),
          403: problem('A command without the key of CASES_API_KEY'),
          404: problem('A command for a case that nobody knows'),
          409: problem('The same id or key came before with other content'),
          413: problem('More than 256 KiB'),
          422: problem('An event type that nobody knows'),
        },
      },
    },
    ...waitingMailDoors,
    '/v1/threads': {
      post: {
        summary:
          'A thread that was led elsewhere becomes a case with its own number and token, its mails become history; nobody is written to. Posted again it changes nothing',
        security: [{ integration: [] }],
        parameters: [
          parameter(
            'query',
            'dryRun',
            { type: 'string', enum: ['true', 'false'] },
            'Says what would be done, and does nothing',
          ),
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/HandedOverThread' } } },
        },
        responses: {
          200: json('What became of it', object('caseId', 'caseNumber', 'trackingToken', 'isNew', 'standing', 'mails')),
          400: problem('A thread that breaks the schema'),
          401: problem('No or a wrong key'),
          409: problem('Number and token belong to different cases'),
          413: problem('More than 256 KiB: hand a long thread over in parts'),
        },
      },
    },
  },
  'case-workflow': {
    ...policyDoors,
    ...customerDoors,
    '/v1/cases': {
      get: {
        summary: 'Cases, latest change first',
        parameters: [limit(200)],
        responses: { 200: json('A list', {}), 400: problem('A query that does not fit') },
      },
    },
    '/v1/cases/{id}': {
      get: {
        summary: 'One case with its history and its clocks, each with why it is due when it is; without words or links',
        parameters: [id],
        responses: { 200: json('The case', {}), 404: problem('No such case') },
      },
    },
    '/v1/cases/{id}/commands': {
      post: {
        summary: 'A person asks something of a case; it is done once for each key',
        security: [{ caseKeeper: [] }],
        parameters: [
          id,
          {
            ...parameter(
              'header',
              'Idempotency-Key',
              { type: 'string', maxLength: 200 },
              'Tells the command from others of the case; sent again it gets the same answer',
            ),
            required: true,
          },
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/PersonCommand' } } },
        },
        responses: {
          200: json('Done, now or before', object('commandId', 'caseId', 'phase', 'wakeAt', 'events')),
          400: problem('No key, or a command that breaks the schema'),
          ...keptFromStrangers,
          404: problem('No such case'),
          409: problem('A rule is in the way; `detail` says which. Nothing was kept'),
          422: problem('The key was used for another command'),
        },
      },
    },
    '/v1/cases/{id}/package': {
      get: {
        summary: 'The escalation package: everything that is known of a case, for whoever takes it on',
        security: [{ caseKeeper: [] }],
        parameters: [id],
        responses: {
          200: json('The package', { $ref: '#/components/schemas/EscalationPackage' }),
          ...keptFromStrangers,
          404: problem('No such case'),
        },
      },
    },
    '/v1/cases/{id}/package/page': {
      get: {
        summary: 'The same as a page that loads and runs nothing and can be printed',
        security: [{ caseKeeper: [] }, { caseReader: [] }],
        parameters: [id, lang],
        responses: {
          200: { description: 'HTML' },
          400: problem('A query that does not fit'),
          ...keptFromStrangers,
          404: problem('No such case'),
        },
      },
    },
    '/v1/cases/{id}/summary-draft': {
      get: {
        summary:
          'What the letter at the archive would say now; of an archived case what it said. Facts of the case alone',
        security: [{ caseKeeper: [] }],
        parameters: [
          id,
          lang,
          parameter('query', 'format', { type: 'string', enum: ['json', 'text'] }, 'json unless asked for'),
        ],
        responses: {
          200: {
            description: 'The summary; as text the words alone',
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/ClosingSummary' } },
              'text/plain': { schema: { type: 'string' } },
            },
          },
          400: problem('A query that does not fit'),
          ...keptFromStrangers,
          404: problem('No such case'),
        },
      },
    },
    '/v1/cases/{id}/history': {
      get: {
        summary:
          'What happened to a case, oldest first, with what was said: a page as JSON (`next` is the `after` of the next one), or all of it as NDJSON or CSV',
        security: [{ caseKeeper: [] }],
        parameters: [
          id,
          parameter('query', 'format', { type: 'string', enum: ['json', 'ndjson', 'csv'] }, 'json unless asked for'),
          parameter('query', 'after', { type: 'integer', minimum: 0 }, 'Position of the last event that the asker has'),
          parameter('query', 'limit', { type: 'integer', minimum: 1 }, 'How many at the most; of JSON 1000'),
          byteOrderMark,
        ],
        responses: {
          200: {
            description: 'The events. An answer that breaks off does not end as HTTP wants it',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['events', 'next'],
                  properties: {
                    events: { type: 'array', items: { $ref: '#/components/schemas/HistoryEvent' } },
                    next: { type: ['integer', 'null'] },
                  },
                },
              },
              ...exported,
            },
          },
          400: problem('A query that does not fit'),
          ...keptFromStrangers,
          404: problem('No such case'),
          503: problem('Too many exports run at this moment'),
        },
      },
    },
    '/v1/history': {
      get: {
        summary: 'The same of all cases that fit, ordered by case and position, read page by page while it is sent',
        security: [{ caseKeeper: [] }],
        parameters: [
          parameter('query', 'format', { type: 'string', enum: ['ndjson', 'csv'] }, 'ndjson unless asked for'),
          parameter('query', 'phase', { type: 'string', enum: Phase.options }, 'Cases that are in it now'),
          parameter('query', 'policy', { type: 'string', maxLength: 100 }, 'Name of a policy, or one of its versions'),
          parameter('query', 'openedFrom', { type: 'string', format: 'date-time' }, 'Cases opened then or later'),
          parameter('query', 'openedBefore', { type: 'string', format: 'date-time' }, 'Cases opened before'),
          parameter('query', 'after', { type: 'string' }, '`caseId:position` of the last event that the asker has'),
          parameter('query', 'limit', { type: 'integer', minimum: 1 }, 'How many events at the most'),
          byteOrderMark,
        ],
        responses: {
          200: {
            description:
              'The events. An answer that breaks off does not end as HTTP wants it; go on `after` the last one',
            content: exported,
          },
          400: problem('A query that does not fit'),
          ...keptFromStrangers,
          503: problem('Too many exports run at this moment'),
        },
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
        security: [{ caseKeeper: [] }],
        responses: { 200: json('How many', object('retried')), ...keptFromStrangers },
      },
    },
    '/v1/timers/{id}/retry': {
      post: {
        summary: 'Lets a case be asked now whose last waking failed; one that is not due changes nothing',
        security: [{ caseKeeper: [] }],
        parameters: [id],
        responses: {
          200: json('One', object('retried')),
          ...keptFromStrangers,
          404: problem('No case whose waking failed'),
        },
      },
    },
  },
  'sftp-provisioning': {
    ...operatorDoors,
    ...purgedFilesDoor({ security: [{ operator: [] }] }),
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
  'dump-analysis': purgedFilesDoor({ security: [{ caseKeeper: [] }] }),
  notification: {},
  webhooks: webhookDoors,
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
    '/v1/mails/waiting': {
      get: {
        ...engineer,
        summary: 'Mails that wait for a person to find their case, as intake shows them; null when it shows none',
        responses: { 200: json('How many, and the ones that have waited longest', object('mails')) },
      },
    },
    '/v1/timers': {
      get: {
        ...engineer,
        summary: 'Timers and long work by state; `cases` is how the timers of cases stand, null when nobody shows it',
        responses: { 200: json('Both', object('timers', 'cases')) },
      },
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
        caseKeeper: { type: 'http', scheme: 'bearer', description: 'CASES_API_KEY' },
        caseReader: {
          type: 'http',
          scheme: 'basic',
          description: 'For browsers: any user name, and CASES_API_KEY as password',
        },
        webhookKeeper: { type: 'http', scheme: 'bearer', description: 'WEBHOOKS_API_KEY' },
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
        ...caseDocuments(),
        PersonCommand: z.toJSONSchema(PersonCommand, { target: 'draft-2020-12', io: 'input' }),
        InboundEvent: {
          oneOf: [{ $ref: '#/components/schemas/TicketRegistered' }, { $ref: '#/components/schemas/CommandRequested' }],
        },
        HandedOverThread: z.toJSONSchema(HandedOverThread, { target: 'draft-2020-12', io: 'input' }),
        TicketRegistered: z.toJSONSchema(TicketRegistered, { target: 'draft-2020-12' }),
        CommandRequested: z.toJSONSchema(CommandRequested, { target: 'draft-2020-12', io: 'input' }),
      },
    },
  };
}
