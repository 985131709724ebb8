import { Worker } from 'node:worker_threads';

/** Runs in a thread of its own, because a file may catch the main thread in a loop that hears nothing any more. */
const watch = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid === workerData) return;
    try {
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  }, 200);
`;

/**
 * Ends this process, and the programs of the group that it leads, as soon as the one that started it is gone, however that
 * came to its end.
 */
export function dieWithParent(): void {
  new Worker(watch, { eval: true, workerData: process.ppid, stdout: false, stderr: false }).unref();
}
