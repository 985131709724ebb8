import { customerPageKey, timeZone } from '@caserelay/service-host';
import { z } from 'zod';

/** The environment of the notification service. Seconds are of the real clock. */
export const config = {
  /** The outgoing mail server; user name and password, if any, are part of the URL. */
  MAIL_SERVER_URL: z.url({ protocol: /^smtps?$/ }).default('smtp://127.0.0.1:1025'),
  /** Right side of every Message-ID; replies are recognised by it. */
  MAIL_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+$/i)
    .default('support.example'),
  SENDER: z
    .string()
    .regex(/^[^<>@\r\n]* <[^<>\s]+@[^<>\s]+>$/, 'expected "Name <address>"')
    .default('CaseRelay <case@support.example>'),
  /** The selector and the file of the RSA key (PEM) by which letters are signed (DKIM, for the domain of SENDER); both or none. */
  DKIM_SELECTOR: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i, 'expected a selector such as s2026')
    .optional(),
  DKIM_KEY_FILE: z.string().min(1).optional(),
  /** Gets the questions of customers whose case has no owner. */
  TEAM_ADDRESS: z.email().default('team@support.example'),
  SERVICE_PHONE: z.string().max(60).optional(),
  /** A survey of the centre's own; it takes the place of the one on the customer's page. */
  SURVEY_URL: z.url().optional(),
  /** Signs the links to the customer's page, which letters name only with it; case-workflow has the same. */
  CUSTOMER_PAGE_KEY: customerPageKey.optional(),
  /** Where customers reach that page: the public address of case-workflow. */
  CUSTOMER_PAGE_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where customers download the collection tool; without it letters name commands of Windows itself. */
  COLLECTION_TOOL_URL: z.url().optional(),
  /** Where colleagues reach case-workflow; the letter to a senior engineer names the page of the package there. */
  CASES_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Zone of the times in letters. */
  LETTER_ZONE: timeZone.default('Asia/Shanghai'),
  /** How long one attempt to send may take; afterwards the fate of the letter is looked up. */
  LETTER_LEASE_SECONDS: z.coerce.number().min(0.1).max(3600).default(10),
  /** First pause before another attempt; it doubles up to 64 times as long (8 times while the server is away). */
  LETTER_RETRY_SECONDS: z.coerce.number().min(0.01).max(3600).default(1),
  /** A letter refused for so long is given up. A mail server that cannot be reached does not count. */
  LETTER_GIVE_UP_HOURS: z.coerce.number().positive().default(72),
  LETTERS_IN_PARALLEL: z.coerce.number().int().min(1).max(50).default(4),
  /**
   * Tells whether a mail was taken: GET answers `{ messages: [] }` or a list. `{messageId}` in it is replaced by the id;
   * without that, `messageId=<…>` is added. Unset, a letter of unknown fate is sent again under the same Message-ID.
   */
  SENT_LOOKUP_URL: z.url({ protocol: /^https?$/ }).optional(),
};
