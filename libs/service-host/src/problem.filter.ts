import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problemOfRefusal, Refusal } from '@caserelay/contracts';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { throwError, type Observable } from 'rxjs';

/** An answer for a request that cannot be fulfilled, as RFC 9457 wants it. */
export class Problem extends HttpException {
  constructor(
    status: number,
    title: string,
    detail: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super({ title, detail, ...more }, status);
  }
}

/**
 * Turns whatever a door throws into an answer: over HTTP an RFC 9457 problem, for an event the error itself, so that
 * the transport can tell a refusal from a fault.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() !== 'http') return throwError(() => error);
    const response = host.switchToHttp().getResponse<Response>();
    const { status, body } = this.problemOf(error);
    if (response.headersSent) {
      response.end();
      return undefined;
    }
    response
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', status, ...body }));
    return undefined;
  }

  private problemOf(error: unknown): { status: number; body: Record<string, unknown> } {
    if (error instanceof Refusal) return { status: 409, body: { ...problemOfRefusal(error) } };
    if (error instanceof HttpException) {
      const answer = error.getResponse();
      const status = error.getStatus();
      if (error instanceof Problem) return { status, body: answer as Record<string, unknown> };
      return { status, body: { title: error.name.replace(/Exception$/, ''), detail: error.message } };
    }
    // body-parser tells its faults by status: too large, not JSON, unknown charset.
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
    if (typeof status === 'number' && status >= 400 && status < 500)
      return { status, body: { title: 'Bad request', detail: error instanceof Error ? error.message : String(error) } };
    this.log.error({ err: error }, 'a request failed');
    return {
      status: 500,
      body: { title: 'Internal error', detail: 'The request failed for a reason that was logged; try again later.' },
    };
  }
}
