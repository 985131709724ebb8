import type { UploadReception } from './receive-uploads.js';

/** Looks around now and then for uploads that nobody sends any more. Returns what stops it. */
export async function lookForForgottenUploads(
  reception: Pick<UploadReception, 'interruptForgotten'>,
  everyMilliseconds: number,
  onFault: (error: unknown) => void,
): Promise<() => Promise<void>> {
  await reception.interruptForgotten();
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => reception.interruptForgotten()).catch(onFault);
  }, everyMilliseconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
