import { evidenceConfig } from '@caserelay/evidence-store';
import { isIP } from 'node:net';
import { z } from 'zod';

const domain = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'expected a domain such as support.example');

const network = z.string().refine((text) => isNetwork(text), 'expected an address or a network such as 10.0.0.0/8');

/** Values separated by commas. */
function list<Value>(value: z.ZodType<Value, string>) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(value).max(200));
}

/** Settings of intake. */
export const config = {
  ...evidenceConfig,
  /** Port for mail; 0 takes a free one. */
  SMTP_PORT: z.coerce.number().int().min(0).max(65535).default(0),
  SMTP_BIND_ADDRESS: z.string().min(1).default('127.0.0.1'),
  SMTP_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(30 * 1024 * 1024),
  SMTP_MAX_CLIENTS: z.coerce.number().int().positive().default(20),
  SMTP_MAX_RECIPIENTS: z.coerce.number().int().positive().default(20),
  SMTP_TIMEOUT_SECONDS: z.coerce.number().positive().default(60),
  /**
   * Our own mail servers, addresses or networks separated by commas: mail that they hand on is believed to come from whom
   * it says. All other mail is checked by SPF, DKIM and DMARC.
   */
  MAIL_RELAYS: list(network).default(['127.0.0.0/8', '::1']),
  /** Under this name the servers of MAIL_RELAYS write `Authentication-Results`; set, those are asked instead of believing all. */
  MAIL_AUTHSERV_ID: z.string().min(1).max(255).optional(),
  /** Name servers to ask for records of senders, `address` or `address:port`, separated by commas; else those of the machine. */
  MAIL_NAME_SERVERS: list(z.string().min(1).max(100)).default([]),
  /** Mail is taken for addresses of this domain only. */
  MAIL_DOMAIN: domain.default('support.example'),
  /** Senders of these domains are colleagues, separated by commas; without it those of MAIL_DOMAIN. */
  COLLEAGUE_DOMAINS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(domain).min(1))
    .optional(),
  /** How CaseRelay's own letters are sent; a mail from this address is one of ours that came back. */
  SENDER: z
    .string()
    .regex(/^[^<>@\r\n]* <[^<>\s]+@[^<>\s]+>$/, 'expected "Name <address>"')
    .default('CaseRelay <case@support.example>'),
  TRACKING_PREFIX: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{1,15}$/, 'expected 2 to 16 letters and digits, such as CMIT')
    .default('CMIT'),
  /** Regular expression of one whole case number. Numbers that intake allots itself are always recognised as well. */
  CASE_NUMBER_PATTERN: z
    .string()
    .max(200)
    .refine((pattern) => isPattern(pattern), 'expected a regular expression without named groups')
    .optional(),
  /** Other systems post events with it. */
  INTAKE_API_KEY: z.string().min(16),
  /**
   * Other systems ask things of cases with it, as at the door of case-workflow; without it nobody does over HTTP. Opens the
   * list of what was purged as well.
   */
  CASES_API_KEY: z.string().min(16).optional(),
};

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return (
    more.length === 0 && bits > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

function isPattern(pattern: string): boolean {
  try {
    return !pattern.includes('(?<') && !new RegExp(`^(?:${pattern})$`).test('');
  } catch {
    return false;
  }
}
