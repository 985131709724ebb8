import type { EngineFollower } from './engine-follower.js';

/** Looks again and again; returns what stops it. The first look is over before it resolves. */
export async function followEngine(
  follower: Pick<EngineFollower, 'look' | 'idle'>,
  everyMilliseconds: number,
  onFault: (error: unknown) => void,
): Promise<() => Promise<void>> {
  await follower.look();
  await follower.idle();
  let isAsking = false;
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    void follower
      .look()
      .catch(onFault)
      .finally(() => (isAsking = false));
  }, everyMilliseconds);
  return async () => {
    clearInterval(timer);
    await follower.idle();
  };
}
