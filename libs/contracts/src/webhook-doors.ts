import { body, fields, id, json, limit, object, parameter, problem, type Json } from './http-parts.js';

const webhookKeeper = { security: [{ webhookKeeper: [] }] };
const strings = (most: number): Json => ({ type: 'array', minItems: 1, maxItems: most, items: { type: 'string' } });
const deliveryStates = ['waiting', 'sending', 'delivered', 'failed', 'skipped'];
const instant: Json = { type: 'string', format: 'date-time' };
const shut = {
  401: problem('No or a wrong key of WEBHOOKS_API_KEY'),
  403: problem('WEBHOOKS_API_KEY is not set'),
};
const one = { ...shut, 404: problem('No such webhook') };
const notFit = {
  400: problem('A body that does not fit, or an address that must not be spoken to; `detail` says why'),
};
const changeable: Json = {
  url: {
    type: 'string',
    maxLength: 2000,
    description: 'https, with an address of the internet, unless settings name its host',
  },
  description: { type: 'string', maxLength: 200 },
  eventTypes: { ...strings(100), description: '`*`, such as `case.*`, or the type of an event' },
  language: { type: 'string', enum: ['zh-CN', 'en'], description: 'Of the messages of a robot' },
};
const webhook = object(
  ...['webhookId', 'kind', 'url', 'description', 'eventTypes', 'language', 'state', 'stateReason', 'stateSince'],
  ...['secrets', 'health', 'createdAt', 'changedAt'],
);

/** The doors of webhooks: who gets which events, what became of them, and what is sent again. */
export const webhookDoors: Json = {
  '/v1/webhooks': {
    get: {
      ...webhookKeeper,
      summary: 'All receivers with their health; without secrets, and of addresses only what is none',
      responses: { 200: json('The receivers', object('webhooks')), ...shut },
    },
    post: {
      ...webhookKeeper,
      summary: 'Makes a receiver; its signing secret (`whsec_…`) is shown in this answer and never again',
      ...body(
        fields(
          {
            kind: { type: 'string', enum: ['webhook', 'wecom', 'dingtalk', 'feishu'], default: 'webhook' },
            ...changeable,
            state: { type: 'string', enum: ['active', 'paused'], default: 'active' },
            secret: {
              type: 'string',
              maxLength: 200,
              description: 'Of a robot, as its maker gave it; of a system only to bring one of its own',
            },
          },
          'url',
          'eventTypes',
        ),
      ),
      responses: { 201: json('The receiver and its secret', webhook), ...notFit, ...shut },
    },
  },
  '/v1/webhooks/{id}': {
    get: {
      ...webhookKeeper,
      summary: 'One receiver with its health',
      parameters: [id],
      responses: { 200: json('The receiver', webhook), ...one },
    },
    patch: {
      ...webhookKeeper,
      summary: 'Changes what is named; `active` lets a paused or disabled one go on, and forgets its failures',
      parameters: [id],
      ...body(
        fields({
          ...changeable,
          state: { type: 'string', enum: ['active', 'paused', 'disabled'] },
          reason: { type: 'string', maxLength: 500, description: 'Needed to disable' },
        }),
      ),
      responses: { 200: json('The receiver as it is now', webhook), ...notFit, ...one },
    },
    delete: {
      ...webhookKeeper,
      summary: 'Removes a receiver, its secrets, and all that was kept for it',
      parameters: [id],
      responses: { 204: { description: 'Gone' }, ...one },
    },
  },
  '/v1/webhooks/{id}/rotate-secret': {
    post: {
      ...webhookKeeper,
      summary: 'Signs with a new secret from now on, and with the one before beside it for a while',
      parameters: [id],
      ...body(
        fields({
          overlapSeconds: { type: 'integer', minimum: 0, maximum: 2_592_000, default: 86_400 },
          secret: { type: 'string', maxLength: 200 },
        }),
      ),
      responses: { 200: json('The new secret, shown once', object('secret', 'oldValidUntil')), ...notFit, ...one },
    },
  },
  '/v1/webhooks/{id}/ping': {
    post: {
      ...webhookKeeper,
      summary: 'Sends a test (`webhook.ping`) now, whatever the state, and says how it went; nothing of it is kept',
      parameters: [id],
      responses: { 200: json('How it went', object('delivered', 'status', 'error')), ...one },
    },
  },
  '/v1/webhooks/{id}/deliveries': {
    get: {
      ...webhookKeeper,
      summary: 'Events for a receiver with their attempts, the latest first',
      parameters: [
        id,
        limit(200),
        parameter('query', 'state', { type: 'string', enum: deliveryStates }, 'Only such ones'),
        parameter('query', 'before', { type: 'string' }, 'The `next` of an earlier page'),
      ],
      responses: {
        200: json('A page', object('deliveries', 'next')),
        400: problem('A query that does not fit'),
        ...one,
      },
    },
  },
  '/v1/webhooks/{id}/deliveries/{deliveryId}/replay': {
    post: {
      ...webhookKeeper,
      summary: 'Sends one event again, under the id that it had',
      parameters: [id, parameter('path', 'deliveryId', { type: 'string', format: 'uuid' }, 'Its id in the list')],
      responses: {
        200: json('One', object('replayed')),
        ...shut,
        404: problem('No such delivery'),
        409: problem('It waits or is under way already'),
      },
    },
  },
  '/v1/webhooks/{id}/replay': {
    post: {
      ...webhookKeeper,
      summary: 'Sends again what came here since an instant and ended so: failed and skipped unless said otherwise',
      parameters: [id],
      ...body(
        fields(
          {
            since: instant,
            until: instant,
            states: { type: 'array', items: { type: 'string', enum: ['delivered', 'failed', 'skipped'] } },
          },
          'since',
        ),
      ),
      responses: { 200: json('How many', object('replayed')), 400: problem('A body that does not fit'), ...one },
    },
  },
};
