/** Goes round again and again, less often while it fails; returns what stops it. The first round is over before it resolves. */
export async function keepGoingRound(
  round: () => Promise<void>,
  { everyMilliseconds, longestMilliseconds }: { everyMilliseconds: number; longestMilliseconds: number },
  onFault: (error: unknown) => void,
): Promise<() => Promise<void>> {
  let pause = everyMilliseconds;
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;
  let going: Promise<void> = Promise.resolve();
  const go = async (): Promise<void> => {
    try {
      await round();
      pause = everyMilliseconds;
    } catch (error) {
      pause = Math.min(pause * 2, longestMilliseconds);
      onFault(error);
    }
    if (isStopped) return;
    timer = setTimeout(() => {
      going = go();
    }, pause);
  };
  going = go();
  await going;
  return async () => {
    isStopped = true;
    if (timer) clearTimeout(timer);
    await going;
  };
}
