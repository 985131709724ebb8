import { z } from 'zod';
import { Language, Person, Priority } from './case-file.js';

/**
 * What other systems may post to `POST /v1/events`, as CloudEvents 1.0 in structured JSON mode. `id` together with
 * `source` makes a post count once.
 */
export const TicketRegistered = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(500),
  type: z.literal('ticket.registered'),
  time: z.iso.datetime({ offset: true }).optional(),
  subject: z.string().max(500).optional(),
  datacontenttype: z.string().optional(),
  data: z.object({
    caseNumber: z.string().min(1).max(100).optional(),
    trackingToken: z.string().min(1).max(100).optional(),
    topic: z.string().max(500).optional(),
    partner: z.string().max(200).optional(),
    endCustomer: z.string().max(200).optional(),
    problem: z.string().max(5000).optional(),
    contact: Person.optional(),
    owner: Person.optional(),
    language: Language.optional(),
    priority: Priority.optional(),
    /** The support contract, by the name of its policy. */
    contract: z.string().min(1).max(50).optional(),
  }),
});
export type TicketRegistered = z.infer<typeof TicketRegistered>;
