import type { sweepFiles } from './sweep-files.js';

/** Sweeps now and then, beside everything else. Returns what stops it. */
export function sweepNowAndThen(
  sweep: () => ReturnType<typeof sweepFiles>,
  everyMilliseconds: number,
  onFault: (error: unknown) => void,
): () => Promise<void> {
  let running: Promise<unknown> = sweep().catch(onFault);
  const timer = setInterval(() => {
    running = running.then(sweep).catch(onFault);
  }, everyMilliseconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
