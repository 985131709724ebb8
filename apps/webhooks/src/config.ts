import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== ''),
);
const hosts = list.pipe(
  z.array(z.string().regex(/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/, 'expected "host" or "host:port"')).max(200),
);

/** The environment of the webhooks service. Seconds are of the real clock. */
export const config = {
  /** Opens the doors of webhooks; they stay shut without it. */
  WEBHOOKS_API_KEY: z.string().min(16).optional(),
  /**
   * Encrypts addresses and signing secrets in the database: 32 bytes as base64url. Several with commas between: the
   * first encrypts, all decrypt. Without it no webhook can be made.
   */
  WEBHOOK_SECRET_KEY: z
    .string()
    .transform((text) => text.split(',').map((key) => Buffer.from(key.trim(), 'base64url')))
    .refine((keys) => keys.every((key) => key.length === 32), 'expected keys of 32 bytes as base64url')
    .optional(),
  /** Hosts (`host` or `host:port`) that may have private addresses and any port, such as systems of one's own network. */
  WEBHOOK_ALLOWED_HOSTS: hosts.default([]),
  /** Hosts (`host` or `host:port`) that may be spoken to without TLS. */
  WEBHOOK_HTTP_HOSTS: hosts.default([]),
  /** Ports that receivers may have which are not among WEBHOOK_ALLOWED_HOSTS. */
  WEBHOOK_PORTS: z
    .string()
    .default('443,8443')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().int().min(1).max(65535)).min(1).max(50)),
  /** Name servers (`address` or `address:port`) to ask for receivers; unset, the machine's own way. */
  WEBHOOK_DNS_SERVERS: list.pipe(z.array(z.string()).min(1).max(10)).optional(),
  /** A file of PEM certificates that are trusted besides the usual ones, for receivers with a certificate of one's own. */
  WEBHOOK_CA_FILE: z.string().optional(),
  /** How long one attempt may take, from asking for the address to the end of the answer. */
  WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(120).default(15),
  /** Attempts at one receiver side by side. */
  WEBHOOK_PARALLEL: z.coerce.number().int().min(1).max(20).default(4),
  /** Pauses before an event is sent again; after the last one it is given up. Each is made up to a fifth longer or shorter. */
  WEBHOOK_RETRY_PAUSES_SECONDS: z
    .string()
    .default('5,30,120,600,1800,3600,10800,21600,43200,86400,86400,86400,86400')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().positive().max(604_800)).min(1).max(40)),
  /** A receiver that failed at every attempt for so long is disabled. */
  WEBHOOK_DISABLE_DAYS: z.coerce.number().positive().max(365).default(5),
  /** How long events and what became of them are kept to be looked at and replayed. */
  WEBHOOK_KEEP_DAYS: z.coerce.number().positive().max(3650).default(30),
  /** Messages a minute to one robot of a chat group; their makers allow 20. */
  WEBHOOK_ROBOT_MESSAGES_PER_MINUTE: z.coerce.number().positive().max(600).default(18),
  WEBHOOKS_MAX: z.coerce.number().int().min(1).max(1000).default(100),
};
