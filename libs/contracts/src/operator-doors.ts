import { body, fields, id, json, limit, object, parameter, problem, token, type Json } from './http-parts.js';

const operator = { security: [{ operator: [] }] };
const nullable = (type: string, more: Json = {}): Json => ({ type: [type, 'null'], ...more });
const partOf = (name: string): Json => parameter('path', name, { type: 'string', format: 'uuid' }, 'Its id');
const uploadId = parameter('path', 'id', { type: 'string', format: 'uuid' }, 'Id of an upload');
const oneSpace = { 401: problem('No or a wrong key'), 404: problem('No such space') };
const closedSpace = { ...oneSpace, 400: problem('A body that does not fit'), 409: problem('The space is closed') };
const givenKey = body(fields({ publicKey: { type: 'string', maxLength: 8192 } }, 'publicKey'));
const takenKey = json('The key', object('keyId', 'algorithm', 'fingerprint', 'comment'));

/** The doors of sftp-provisioning for operators, for an engine's hook, and for the key that a customer gives. */
export const operatorDoors: Json = {
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
  '/v1/uploads': {
    get: {
      ...operator,
      summary: 'Closed uploads with what the malware scanner said, the newest first',
      parameters: [
        limit(500),
        parameter(
          'query',
          'scan',
          { type: 'string', enum: ['waiting', 'quarantine', 'clean', 'infected', 'not-scanned'] },
          'Only such ones; `quarantine`: infected and not released',
        ),
        parameter('query', 'caseId', { type: 'string', format: 'uuid' }, 'Of this case'),
        parameter('query', 'spaceId', { type: 'string', format: 'uuid' }, 'Of this space'),
        parameter('query', 'after', { type: 'string', format: 'uuid' }, 'The `next` of an earlier page'),
      ],
      responses: {
        200: json('A page', object('uploads', 'next')),
        400: problem('A query that does not fit'),
        401: problem('No or a wrong key'),
      },
    },
  },
  '/v1/uploads/{id}/release': {
    post: {
      ...operator,
      summary: 'Lets an upload out of quarantine, for a reason that is told and written down',
      parameters: [uploadId],
      ...body(fields({ because: { type: 'string', minLength: 1, maxLength: 500 } }, 'because')),
      responses: {
        200: json('The upload as it is now', object('uploadId', 'scan', 'isInQuarantine', 'releasedAt')),
        400: problem('No reason'),
        401: problem('No or a wrong key'),
        404: problem('No such closed upload'),
        409: problem('It is not in quarantine'),
      },
    },
  },
  '/v1/uploads/{id}/scan': {
    post: {
      ...operator,
      summary: 'Lets an upload that is not scanned be scanned again, such as after a limit was raised',
      parameters: [uploadId],
      responses: {
        202: json('The upload as it is now', object('uploadId', 'scan')),
        401: problem('No or a wrong key'),
        404: problem('No such closed upload'),
        409: problem('It was scanned, or waits for it'),
      },
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
