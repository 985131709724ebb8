import type { Writable } from 'node:stream';

/** A line on the terminal that says what is being done while nothing else is said. */
export interface Progress {
  /** What to say from now on. */
  say(what: string): void;
  /** Takes the line away until `say` is called again. */
  pause(): void;
  stop(): void;
}

/** Short work is done before anything needs to be said. */
const silentFor = 700;
const refreshEvery = 250;

/** Shows progress on a terminal; says nothing where there is none. */
export function showProgress(stream: Writable & { isTTY?: boolean }, name: string): Progress {
  if (stream.isTTY !== true) return { say: nothing, pause: nothing, stop: nothing };
  const began = Date.now();
  let what: string | null = null;
  let isShown = false;
  const wipe = (): void => {
    if (isShown) stream.write('\r\u001b[K');
    isShown = false;
  };
  const timer = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    if (what === null || Date.now() - began < silentFor) return;
    stream.write(`\r\u001b[K${name}: ${what} (${seconds} s)`);
    isShown = true;
  }, refreshEvery);
  timer.unref();
  return {
    say: (text) => (what = text),
    pause() {
      what = null;
      wipe();
    },
    stop() {
      clearInterval(timer);
      wipe();
    },
  };
}

function nothing(): void {
  // There is no terminal to say it on.
}
