import { z } from 'zod';

/** Environment variables of every service. Times are of the real clock unless said otherwise. */
export const hostConfig = z.object({
  DATABASE_URL: z.url().default('postgres://postgres@127.0.0.1:5432/caserelay'),
  REDIS_URL: z.url().default('redis://127.0.0.1:6379/0'),
  AMQP_URL: z.url().default('amqp://guest:guest@127.0.0.1:5672'),
  /** Prefix of exchanges, queues and Redis keys, and of Postgres schemas; lets several systems share one broker. */
  NAMESPACE: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .default('caserelay'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  BIND_ADDRESS: z.string().default('127.0.0.1'),
  /** Port of the HTTP doors; 0 takes a free one. */
  HTTP_PORT: z.coerce.number().int().min(0).max(65535).default(0),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(100).default(10),
  /** Pauses before a failed event is tried again; the last one repeats. All services of a system need the same ones. */
  RETRY_PAUSES_SECONDS: z
    .string()
    .default('1,5,30,120,600,3600')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().positive().max(86_400)).min(1).max(12)),
  /** An event that failed this often becomes a dead letter. */
  ATTEMPTS: z.coerce.number().int().min(1).max(100).default(10),
  /** A handler that has not ended by then counts as failed. */
  HANDLER_SECONDS: z.coerce.number().positive().max(3_600).default(60),
  /** A service that is stopped lets go of what has not ended by then. */
  STOP_SECONDS: z.coerce.number().positive().max(3_600).default(10),
  /** The case clock: how many times faster than the wall it runs, what it read at the start, and when that was. */
  CLOCK_SPEED: z.coerce.number().positive().default(1),
  CLOCK_STARTS_AT: z.iso.datetime({ offset: true }).optional(),
  CLOCK_STARTED_AT: z.iso.datetime({ offset: true }).optional(),
});
export type HostConfig = z.infer<typeof hostConfig>;

/** A setting that names a zone of the tz database. */
export const timeZone = z
  .string()
  .refine((zone) => isZone(zone), 'expected a zone of the tz database, such as Asia/Shanghai');

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Settings that cannot be used; names every problem at once. */
export class ConfigProblems extends Error {
  override readonly name = 'ConfigProblems';
  constructor(readonly problems: string[]) {
    super(`these settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Parses settings against a shape; throws ConfigProblems with all that is wrong, each with the value found. */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Record<string, string | undefined>,
): z.infer<z.ZodObject<Shape>> & HostConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = hostConfig.extend(shape).safeParse(given);
  if (parsed.success) return parsed.data as z.infer<z.ZodObject<Shape>> & HostConfig;
  throw new ConfigProblems(
    parsed.error.issues.map((issue) => {
      const name = issue.path.join('.');
      const secret = /PASSWORD|SECRET|KEY|TOKEN|URL/.test(name);
      const found =
        given[name] === undefined ? 'it is not set' : secret ? 'its value is not shown' : `found "${given[name]}"`;
      return `${name}: ${issue.message} (${found})`;
    }),
  );
}

/** The environment of this process. The only place that reads it. */
export function readEnvironment(): Record<string, string | undefined> {
  return { ...process.env };
}
