import { describe, expect, test } from '@jest/globals';
import { showQueues, type QueueRole } from './show-queues.js';

async function worry(
  role: QueueRole,
  state: { messages: number; consumers: number } | null,
): Promise<string | null | undefined> {
  const { queues } = await showQueues({
    names: [{ name: 'q', role, of: 'x' }],
    look: () => Promise.resolve(new Map(state ? [['q', state]] : [])),
  });
  return queues[0]?.worry;
}

describe('showQueues', () => {
  test('a queue that the broker does not know is missing, and its depth is unknown instead of 0', async () => {
    const { queues } = await showQueues({
      names: [{ name: 'q', role: 'work', of: 'x' }],
      look: () => Promise.resolve(new Map()),
    });

    expect(queues).toEqual([{ name: 'q', role: 'work', of: 'x', messages: null, consumers: null, worry: 'missing' }]);
  });

  test('a work queue without a listener is a worry, a retry rung without one is not', async () => {
    expect(await worry('work', { messages: 0, consumers: 0 })).toBe('nobody-listens');
    expect(await worry('work', { messages: 5, consumers: 1 })).toBeNull();
    expect(await worry('retry', { messages: 5, consumers: 0 })).toBeNull();
  });

  test('what nobody could be told waits for people', async () => {
    expect(await worry('unrouted', { messages: 1, consumers: 1 })).toBe('waiting-for-people');
    expect(await worry('unrouted', { messages: 0, consumers: 1 })).toBeNull();
  });
});
