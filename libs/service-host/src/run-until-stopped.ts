import type { RunningService } from './run-service.js';

/** Waits for SIGTERM or SIGINT, then stops all services at once; a second signal ends the process where it stands. */
export async function runUntilStopped(running: readonly Pick<RunningService, 'stop'>[]): Promise<void> {
  await new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = (): void => {
      signals += 1;
      if (signals === 1) resolve();
      else process.exit(1);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  await Promise.all(running.map((service) => service.stop()));
}
