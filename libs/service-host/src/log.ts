import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

/** The log of a service: JSON lines, on standard output unless said; secrets are blotted out by name. */
export function openLog(service: string, level: string, to: DestinationStream = pino.destination(1)): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino knows faults by the first name only; under the second they would be logged as {}.
    serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    redact: {
      paths: ['password', '*.password', 'authorization', '*.authorization', 'secret', '*.secret', 'token', '*.token'],
      censor: '[secret]',
    },
  };
  return pino(options, to);
}

/** Lets Nest write into the log of the service. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(text: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(text));
  }
  warn(text: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(text));
  }
  error(text: unknown, stack?: unknown, context?: unknown): void {
    this.logger.error({ context, stack }, String(text));
  }
  debug(text: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(text));
  }
  verbose(text: unknown, context?: unknown): void {
    this.logger.trace({ context }, String(text));
  }
}
