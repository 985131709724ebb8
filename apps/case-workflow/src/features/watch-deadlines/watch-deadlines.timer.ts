import type { Host } from '@caserelay/service-host';
import { sweepDeadlines, type Needs } from './watch-deadlines.js';

/** Sweeps at once and then again and again, never two at a time. Call `stop` to let the one in hand end. */
export function sweepRegularly(
  seconds: number,
  needs: Needs,
  { log }: Pick<Host, 'log'>,
): { start(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | null = null;
  let stopped = false;
  const sweep = (): void => {
    sweeping = sweepDeadlines(needs)
      .catch((error: unknown) =>
        log.warn({ error: String(error) }, 'deadlines could not be swept; the next sweep will'),
      )
      .finally(() => {
        if (!stopped) timer = setTimeout(sweep, seconds * 1000);
      });
  };
  return {
    start: sweep,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await sweeping;
    },
  };
}
