import { z } from 'zod';
import { CaseId } from './define-event.js';
import { Language, Person, Priority } from './case-file.js';
import { PersonCommand } from './person-command.js';

/**
 * What other systems may tell: at `POST /v1/events`, or on the exchange `inbox` of the broker, as CloudEvents 1.0 in
 * structured JSON mode. `id` together with `source` makes an event count once.
 */
const envelope = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(500),
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: z.string().optional(),
};

/** Another system has a ticket about a problem: a case is opened, or what is known of one is completed. */
export const TicketRegistered = z.object({
  ...envelope,
  type: z.literal('ticket.registered'),
  subject: z.string().max(500).optional(),
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

/**
 * Another system asks something of a case in the name of a person, as at `POST /v1/cases/{id}/commands`. The case is
 * named in exactly one way: `subject` is its id, or data has its number or its token.
 */
export const CommandRequested = z
  .object({
    ...envelope,
    type: z.literal('command.requested'),
    subject: CaseId.optional(),
    data: z.object({
      caseNumber: z.string().min(1).max(100).optional(),
      trackingToken: z.string().min(1).max(100).optional(),
      /** Makes the command count once in its case, whatever way it comes; without it `source` and `id` do. */
      key: z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
        .optional(),
      command: PersonCommand,
    }),
  })
  .refine(
    ({ subject, data: { caseNumber, trackingToken } }) =>
      [subject, caseNumber, trackingToken].filter((name) => name !== undefined).length === 1,
    {
      path: ['subject'],
      message: 'expected one of subject (the id of the case), data.caseNumber and data.trackingToken',
    },
  );
export type CommandRequested = z.infer<typeof CommandRequested>;

/** What other systems may tell, by its type. */
export const inboundEvents = { 'ticket.registered': TicketRegistered, 'command.requested': CommandRequested } as const;
export type InboundType = keyof typeof inboundEvents;
