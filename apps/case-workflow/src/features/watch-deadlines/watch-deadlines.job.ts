import type { Host } from '@caserelay/service-host';
import { Worker } from 'bullmq';
import { letTimePass, type Needs } from './watch-deadlines.js';

/** Answers timers that ring. Call `stop` to let the ones in hand end. */
export function answerTimers(
  queue: string,
  needs: Needs,
  timers: { isReachable(): Promise<boolean> },
  { bull, log }: Pick<Host, 'bull' | 'log'>,
): { start(): void; stop(): Promise<void> } {
  const worker = new Worker<{ caseId: string }>(queue, ({ data }) => letTimePass(data.caseId, needs), {
    ...bull,
    autorun: false,
    concurrency: 4,
  });
  worker.on('error', (error) => log.warn({ error: error.message }, 'timers are out of reach'));
  worker.on('failed', (job, error) =>
    log.warn({ caseId: job?.data.caseId, attempt: job?.attemptsMade, error: error.message }, 'a timer failed'),
  );
  return {
    start: () => {
      worker.run().catch((error: unknown) => {
        log.error({ error: String(error) }, 'timers are no longer answered');
      });
    },
    stop: async () => {
      // Without Redis a worker waits for it for ever; whatever was in hand is asked again by the next sweep.
      await worker.close(!(await timers.isReachable()));
    },
  };
}
