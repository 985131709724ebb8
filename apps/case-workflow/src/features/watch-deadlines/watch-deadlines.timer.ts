import type { Host } from '@caserelay/service-host';
import type { BellKeeper, Reconciliation } from './keep-bells.js';
import { ringDue, type Needs } from './ring-due.js';

interface Watch {
  keeper: Pick<BellKeeper, 'look'>;
  needs: Needs;
  /** Gives what is stuck another try. */
  retryStuck(): Promise<number>;
  reconciled(done: Reconciliation): void;
  /** Keeps what was measured since the last look. */
  keepMeasurements(): Promise<void>;
  /** Lets the console see how timers stand. */
  showTimers(): Promise<void>;
}

/**
 * Looks at once and then again and again, never twice at a time: sets bells again when Redis may have lost some, and
 * rings what is due although no bell rang. Call `stop` to let the look in hand end.
 */
export function watchBells(
  seconds: number,
  { keeper, needs, retryStuck, reconciled, keepMeasurements, showTimers }: Watch,
  { log }: Pick<Host, 'log'>,
): { start(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let stopped = false;
  let hasRetried = false;
  const troubles = new Set<string>();
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      troubles.delete(what);
    } catch (error) {
      if (!troubles.has(what)) log.warn({ error: String(error) }, `${what} failed; it is tried again with every look`);
      troubles.add(what);
    }
  };
  const look = async (): Promise<void> => {
    // A start may be the deploy that mends what they failed by.
    if (!hasRetried)
      await attempt('retrying stuck timers', async () => {
        await retryStuck();
        hasRetried = true;
      });
    await attempt('setting bells again', async () => {
      const done = await keeper.look();
      if (done) reconciled(done);
    });
    await attempt('ringing what no bell rang for', () => ringDue(needs));
    await attempt('keeping measurements of timers', keepMeasurements);
    await attempt('showing timers to the console', showTimers);
  };
  const lookAgain = (): void => {
    looking = look().finally(() => {
      if (!stopped) timer = setTimeout(lookAgain, seconds * 1000);
    });
  };
  return {
    start: lookAgain,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
