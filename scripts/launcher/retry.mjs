import { setTimeout as pause } from 'node:timers/promises';

/** Runs `attempt` again while it fails in a way that passes by itself, for at most ten seconds. */
export async function retryWhile(willPass, attempt, limit = 10_000) {
  const began = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!willPass(error) || performance.now() - began > limit) throw error;
      await pause(150);
    }
  }
}
