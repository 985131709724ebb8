import type { Host } from '@caserelay/service-host';
import { Worker } from 'bullmq';
import { ringDue, type Needs } from './ring-due.js';

/** Bells that one instance answers at the same time. */
export const bellsAtOnce = 4;

/** Answers bells that ring. Call `stop` to let the ones in hand end. */
export function answerBells(
  queue: string,
  needs: Needs,
  bells: { isReachable(): Promise<boolean> },
  { bull, log }: Pick<Host, 'bull' | 'log'>,
): { start(): void; stop(): Promise<void> } {
  // While Postgres is away every bell fails; said once, until one rings again.
  let isFailing = false;
  const answer = async (): Promise<void> => {
    try {
      await ringDue(needs);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ error: String(error) }, 'a bell rang in vain; what is due is looked for again soon');
      isFailing = true;
    }
  };
  const worker = new Worker(queue, answer, { ...bull, autorun: false, concurrency: bellsAtOnce });
  worker.on('error', (error) => log.warn({ error: error.message }, 'bells are out of reach'));
  return {
    start: () => {
      worker.run().catch((error: unknown) => {
        log.error({ error: String(error) }, 'bells are no longer answered');
      });
    },
    stop: async () => {
      // Without Redis a worker waits for it for ever; whatever was in hand is found again by the next look.
      await worker.close(!(await bells.isReachable()));
    },
  };
}
