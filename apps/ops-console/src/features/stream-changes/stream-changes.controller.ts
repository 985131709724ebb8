import type { ServerResponse } from 'node:http';
import { CaseId } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Controller, Get, Headers, Inject, Query, Res, type OnModuleDestroy } from '@nestjs/common';
import { z } from 'zod';
import { readInput } from '../../adapters/caller-input/read-input.js';
import { LiveFeed, type Message } from './live-feed.js';

const position = z
  .string()
  .regex(/^\d{1,18}$/, 'expected the id of a timeline entry')
  .optional();
const StreamQuery = z.object({ after: position, lastEventId: position, case: CaseId.optional() });

const mostListeners = 200;
const heartbeatMilliseconds = 15_000;
/** What a client may leave unread before it is taken for gone; it resumes by Last-Event-ID. */
const mostUnreadBytes = 1_000_000;

/** Server-sent events: `entry` (its id resumes the stream), `case`, `reload`. */
@Controller('v1/stream')
export class StreamChangesController implements OnModuleDestroy {
  private readonly open = new Set<ServerResponse>();

  constructor(@Inject(LiveFeed) private readonly feed: LiveFeed) {}

  @Get()
  async stream(
    @Query() query: Record<string, unknown>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const asked = readInput(StreamQuery, { ...query, lastEventId });
    if (this.feed.listeners >= mostListeners)
      throw new Problem(
        503,
        'Too many listeners',
        `found ${this.feed.listeners} open streams; expected fewer than ${mostListeners}`,
      );
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMilliseconds);
    let leave = (): void => undefined;
    this.open.add(response);
    response.once('close', () => {
      clearInterval(heartbeat);
      this.open.delete(response);
      leave();
    });
    leave = await this.feed.follow(
      {
        caseId: asked.case ?? null,
        send: (message) => {
          if (response.destroyed || response.writableLength > mostUnreadBytes) {
            response.destroy();
            return false;
          }
          response.write(eventText(message));
          return true;
        },
      },
      asked.lastEventId ?? asked.after ?? null,
    );
    if (response.closed) leave();
  }

  /** A stream never ends by itself, and a server that stops waits for its answers. */
  async onModuleDestroy(): Promise<void> {
    await this.feed.stop();
    for (const response of this.open) response.end();
  }
}

function eventText(message: Message): string {
  switch (message.kind) {
    case 'entry':
      return `id: ${message.entry.id}\nevent: entry\ndata: ${JSON.stringify(message.entry)}\n\n`;
    case 'case':
      return `event: case\ndata: ${JSON.stringify(message.summary)}\n\n`;
    case 'reload':
      return `id: ${message.position}\nevent: reload\ndata: {}\n\n`;
  }
}
