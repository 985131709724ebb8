import { customerLimits } from './customer.events.js';
import { json, limit, object, parameter, problem, type Json } from './http-parts.js';

const page = { 'text/html': { schema: { type: 'string' } } };
const link = parameter(
  'path',
  'token',
  { type: 'string', pattern: '^[A-Za-z0-9_-]{64}$' },
  'Out of the link of a letter',
);
const language = parameter('query', 'lang', { type: 'string', enum: ['zh-CN', 'en'] }, 'Else that of the letters');
const refused = {
  404: { description: 'A page: no such link, or its contact is another by now', content: page },
  429: { description: 'The same page: too many such links from one address', content: page },
};
const text = (maxLength: number): Json => ({ type: 'string', maxLength });

/** The page that customers have of a case, and what they answered when they were asked for their opinion. */
export const customerDoors: Json = {
  '/customer/{token}': {
    get: {
      summary: 'The page of a case for its contact: the plan to tick off, and the survey; looking changes nothing',
      parameters: [link, language],
      responses: { 200: { description: 'A page', content: page }, ...refused },
    },
    post: {
      summary: 'A form of the page; ticks and words that are known already are not taken again, nor is a second answer',
      parameters: [link, language],
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              required: ['what', 'form'],
              properties: {
                what: { type: 'string', enum: ['plan', 'survey'] },
                form: { type: 'string', description: 'As the page had it' },
                list: { type: 'string', description: 'Of the plan: which one, as the page had it' },
                'was-1': {
                  type: 'string',
                  enum: ['0', '1'],
                  description: 'Whether item 1 was ticked; so for each item',
                },
                'done-1': { type: 'string', description: 'There when item 1 is ticked now' },
                'words-1': text(customerLimits.itemWords),
                grade: { type: 'string', enum: ['1', '2', '3', '4', '5'] },
                solved: { type: 'string', enum: ['yes', 'partly', 'no'] },
                words: text(customerLimits.surveyWords),
              },
            },
          },
        },
      },
      responses: {
        303: { description: 'Taken, or why not; `Location` is the page that says so' },
        400: { description: 'The page again: something is missing or too long', content: page },
        403: { description: 'The page again: the form is not ours, or older than a day', content: page },
        ...refused,
      },
    },
  },
  '/v1/survey': {
    get: {
      security: [{ caseKeeper: [] }],
      summary: 'What customers answered, and averages by policy and month of the asking',
      parameters: [
        parameter(
          'query',
          'from',
          { type: 'string', pattern: '^20\\d\\d-\\d\\d$' },
          'First month; else a year before the last',
        ),
        parameter('query', 'to', { type: 'string', pattern: '^20\\d\\d-\\d\\d$' }, 'Last month; else the present one'),
        parameter('query', 'policy', { type: 'string', maxLength: 50 }, 'The name of one policy; else all'),
        parameter('query', 'zone', { type: 'string' }, 'In which months are counted; else Asia/Shanghai'),
        parameter('query', 'format', { type: 'string', enum: ['json', 'csv'] }, 'As CSV the answers alone'),
        parameter('query', 'after', { type: 'string' }, 'The `next` of an earlier page'),
        limit(10_000),
      ],
      responses: {
        200: json('The report; answers newest first', object('from', 'to', 'zone', 'months', 'answers', 'next')),
        400: problem('A query that does not fit'),
        401: problem('No or a wrong key of CASES_API_KEY'),
        403: problem('CASES_API_KEY is not set'),
      },
    },
  },
};
