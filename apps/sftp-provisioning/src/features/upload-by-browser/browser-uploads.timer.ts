import type { BrowserUploads } from './browser-uploads.js';

/** Forgets abandoned uploads now and then. Returns what stops it. */
export async function forgetAbandonedUploads(
  uploads: Pick<BrowserUploads, 'forgetAbandoned'>,
  everyMilliseconds: number,
  onFault: (error: unknown) => void,
): Promise<() => Promise<void>> {
  let running: Promise<unknown> = uploads.forgetAbandoned().catch(onFault);
  await running;
  const timer = setInterval(() => {
    running = running.then(() => uploads.forgetAbandoned()).catch(onFault);
  }, everyMilliseconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
