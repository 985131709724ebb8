/** A piece of the OpenAPI document. What follows makes pieces of it. */
export type Json = Record<string, unknown>;

export const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
export const json = (description: string, schema: Json): Json => ({
  description,
  content: { 'application/json': { schema } },
});
export const parameter = (
  place: 'path' | 'query' | 'header',
  name: string,
  schema: Json,
  description: string,
): Json => ({
  in: place,
  name,
  schema,
  description,
  ...(place === 'path' ? { required: true } : {}),
});
export const id = parameter('path', 'id', { type: 'string', format: 'uuid' }, 'Id of the thing');
export const object = (...fields: string[]): Json => ({
  type: 'object',
  required: fields,
  properties: Object.fromEntries(fields.map((field) => [field, {}])),
});
export const token = parameter('path', 'token', { type: 'string' }, 'Out of the link');
export const limit = (most: number): Json =>
  parameter('query', 'limit', { type: 'integer', minimum: 1, maximum: most }, 'How many at the most');
export const body = (schema: Json): Json => ({
  requestBody: { required: true, content: { 'application/json': { schema } } },
});
export const fields = (properties: Json, ...required: string[]): Json => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
