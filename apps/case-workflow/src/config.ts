import { Person } from '@caserelay/contracts';
import { customerPageKey } from '@caserelay/service-host';
import { z } from 'zod';

/** `Name <address>` as people write it in a mail program. */
const namedAddress = z
  .string()
  .regex(/^[^<>]*<[^<>]+>$/, 'expected "Name <address>"')
  .transform((text) => {
    const [name = '', address = ''] = text.slice(0, -1).split('<');
    return { name: name.trim(), address: address.trim() };
  })
  .pipe(Person);

/** The service's own environment variables. */
export const config = {
  /** Who gets the package when a case is escalated. */
  SENIOR_ENGINEER: namedAddress.default({ name: '二线工程师', address: 'l2@support.example' }),
  /** Who is told where a case has no owner, and when nobody has answered for long. */
  DUTY_ENGINEER: namedAddress.default({ name: '值班工程师', address: 'duty@support.example' }),
  /**
   * Real seconds after which a customer is told that an upload is the wrong kind of dump; one that was received by then
   * is answered by its analysis alone. On the wall clock, because uploads and analyses take their time there.
   */
  WRONG_DUMP_GRACE_SECONDS: z.coerce.number().min(0).max(3600).default(20),
  /** Days of the case clock from its archive on in which the account of a case can still be read from. */
  SPACE_READ_ONLY_DAYS: z.coerce.number().int().min(0).max(3650).default(7),
  /** Days from the archive on after which evidence is removed, with a proof for the customer; or `never`. */
  EVIDENCE_DAYS: z
    .union([z.literal('never').transform(() => null), z.coerce.number().int().min(0).max(36_500)])
    .default(180),
  /** How often, in real seconds, the bells in Redis are set again from the case rows, whether any is missing or not. */
  RECONCILE_SECONDS: z.coerce.number().min(0.1).max(240).default(60),
  /**
   * How often, in real seconds, somebody looks whether Redis still holds the bells and whether a case is due that no
   * bell rang for: how late timers are at the most while Redis is away.
   */
  BELL_WATCH_SECONDS: z.coerce.number().min(0.05).max(240).default(5),
  /** Pauses, in real seconds, before a case is woken again whose waking failed; after the last one it is stuck. */
  WAKE_RETRY_PAUSES_SECONDS: z
    .string()
    .default('5,30,120,600,3600')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().positive().max(86_400)).min(1).max(12)),
  /** From how many real seconds on a timer that rang late is worth a line of the log. */
  LATE_SECONDS: z.coerce.number().positive().max(86_400).default(10),
  /** Signs the links to the customer's page, which refuses every link without it; notification has the same. */
  CUSTOMER_PAGE_KEY: customerPageKey.optional(),
  /** Opens the doors of commands, policies, holidays and the survey; they stay shut without it. */
  CASES_API_KEY: z.string().min(16).optional(),
};
