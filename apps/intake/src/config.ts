import { evidenceConfig } from '@caserelay/evidence-store';
import { z } from 'zod';

const domain = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'expected a domain such as support.example');

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
  /** Mail is taken for addresses of this domain only. Who may send it is for the mail server in front to check. */
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
};

function isPattern(pattern: string): boolean {
  try {
    return !pattern.includes('(?<') && !new RegExp(`^(?:${pattern})$`).test('');
  } catch {
    return false;
  }
}
