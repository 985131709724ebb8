import { z } from 'zod';

/** Identifies a case in every service: a UUID that intake gives when it first hears of the case. */
export const CaseId = z.uuid();

/**
 * The CloudEvents 1.0 envelope around every event. `subject` is the case id; `causationid` is the event that led to
 * this one (absent when a person or a clock did); `correlationid` is the first event of that chain; `sequence`
 * counts the events that a case itself told, from 1.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
const envelope = {
  specversion: z.literal('1.0'),
  id: z.uuid(),
  source: z.string().min(1),
  subject: CaseId,
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json').optional(),
  dataschema: z.string().optional(),
  traceparent: z.string().optional(),
  causationid: z.uuid().optional(),
  correlationid: z.uuid().optional(),
  sequence: z.number().int().positive().optional(),
};

/** Declares one event: its name on the wire and what it tells. Unknown fields are ignored by readers. */
export function defineEvent<Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.object({ ...envelope, type: z.literal(type), data: z.object(data) });
}
