import { body, fields, json, limit, object, parameter, problem, type Json } from './http-parts.js';

const nullable = (type: string, more: Json = {}): Json => ({ type: [type, 'null'], ...more });
const caseKeeper = { security: [{ caseKeeper: [] }] };
const policyName = parameter('path', 'name', { type: 'string' }, 'Name of the policy, such as `standard`');
const country = parameter('path', 'country', { type: 'string' }, 'Such as `cn`, `de` or `de-by`');
const person: Json = fields(
  { name: { type: 'string' }, address: { type: 'string', format: 'email' } },
  'name',
  'address',
);
const byWhom: Json = { by: person, note: nullable('string', { maxLength: 500 }) };
const policyText: Json = { type: 'string', maxLength: 200_000, description: 'YAML, as in docs/policies.md' };
const holidayYear: Json = {
  ...fields(
    {
      year: { type: 'integer' },
      announcements: {
        type: 'array',
        items: fields(
          { source: { type: 'string' }, announced: { type: 'string', format: 'date' } },
          'source',
          'announced',
        ),
      },
      holidays: { type: 'object', additionalProperties: { type: 'string' }, description: 'Names by date' },
      makeUpDays: { type: 'object', additionalProperties: { type: 'string' }, description: 'Names by date' },
    },
    'year',
    'announcements',
    'holidays',
  ),
  type: ['object', 'null'],
};
const notKept = { 401: problem('No or a wrong key'), 404: problem('No such policy') };
const notFit = { 400: problem('It does not fit; `problems` says where, what was expected and what was found') };
const audited = object('id', 'policy', 'version', 'because', 'by', 'begunAt', 'finishedAt', 'cases', 'moved', 'failed');
const moved = object('version', 'cases', 'casesMoved', 'moved', 'moves');

/** Support contracts as documents, every version of them, and the holidays that they rest on. */
export const policyDoors: Json = {
  '/v1/policies': {
    get: {
      ...caseKeeper,
      summary: 'The latest version of every policy',
      responses: { 200: json('The policies', object('policies')), 401: problem('No or a wrong key') },
    },
  },
  '/v1/policies/{name}': {
    get: {
      ...caseKeeper,
      summary: 'The latest version of one policy, as its text and as what was read of it',
      parameters: [policyName],
      responses: {
        200: json('The policy', object('name', 'number', 'version', 'document', 'holidays', 'read')),
        ...notKept,
      },
    },
    put: {
      ...caseKeeper,
      summary: 'Keeps a document as the next version; new cases live by it, open ones once it is applied',
      parameters: [policyName],
      ...body(fields({ document: policyText, basedOn: nullable('string'), ...byWhom }, 'document', 'by')),
      responses: {
        200: json('The version', object('name', 'number', 'version', 'document', 'holidays', 'read')),
        ...notFit,
        401: problem('No or a wrong key'),
        409: problem('`basedOn` is not the latest version'),
      },
    },
  },
  '/v1/policies/{name}/versions': {
    get: {
      ...caseKeeper,
      summary: 'Every version of one policy, the latest first, without the documents',
      parameters: [policyName, limit(200)],
      responses: { 200: json('The versions', object('versions')), 401: problem('No or a wrong key') },
    },
  },
  '/v1/policies/{name}/versions/{number}': {
    get: {
      ...caseKeeper,
      summary: 'One version',
      parameters: [policyName, parameter('path', 'number', { type: 'integer' }, 'Counts from 1')],
      responses: {
        200: json('The version', object('name', 'number', 'version', 'document', 'holidays', 'read')),
        ...notKept,
      },
    },
  },
  '/v1/policies/{name}/changes': {
    get: {
      ...caseKeeper,
      summary: 'What was applied to open cases, by whom and how many due times it moved; the latest first',
      parameters: [policyName, limit(200)],
      responses: { 200: json('The audit records', object('changes')), 401: problem('No or a wrong key') },
    },
  },
  '/v1/policies/{name}/preview': {
    post: {
      ...caseKeeper,
      summary:
        'Which due times of which open cases a document, or without one the latest version, would move, and to when',
      parameters: [policyName],
      ...body(fields({ document: { ...policyText, type: ['string', 'null'] } })),
      responses: { 200: json('The moves; nothing is changed', moved), ...notFit, ...notKept },
    },
  },
  '/v1/policies/{name}/apply': {
    post: {
      ...caseKeeper,
      summary: 'Lets all open cases of the policy live by its latest version, which is named',
      parameters: [policyName],
      ...body(fields({ version: { type: 'string' }, ...byWhom }, 'version', 'by')),
      responses: {
        200: json('The audit record', audited),
        400: problem('A body that does not fit'),
        ...notKept,
        409: problem('`version` is not the latest'),
      },
    },
  },
  '/v1/holidays/{country}': {
    get: {
      ...caseKeeper,
      summary: 'The holidays that policies of a country rest on, by year, with their announcements',
      parameters: [country],
      responses: {
        200: json('The holidays', object('country', 'version', 'years')),
        401: problem('No or a wrong key'),
        404: problem('No such country'),
      },
    },
  },
  '/v1/holidays/{country}/preview': {
    post: {
      ...caseKeeper,
      summary: 'What taking a year, or without one all that this release knows, would move',
      parameters: [country],
      ...body(fields({ year: holidayYear })),
      responses: {
        200: json('The dates and the moves; nothing is changed', object('holidays', 'dates', 'policies')),
        400: problem('A year that does not fit'),
        401: problem('No or a wrong key'),
        409: problem('No such country'),
      },
    },
  },
  '/v1/holidays/{country}/import': {
    post: {
      ...caseKeeper,
      summary:
        'Takes a year that was announced: a new version of each policy that rests on it, applied to its open cases',
      parameters: [country],
      ...body(fields({ year: holidayYear, ...byWhom }, 'by')),
      responses: {
        200: json('The dates and the audit records', object('holidays', 'dates', 'policies')),
        400: problem('A year that does not fit'),
        401: problem('No or a wrong key'),
        409: problem('No such country, or somebody kept a version at the same moment'),
      },
    },
  },
};
