/** What one queue does: `work` feeds a service, `inbox` holds what other systems tell, `dead-letter` what a service gave up, `retry` pauses, `unrouted` nobody heard. */
export type QueueRole = 'work' | 'inbox' | 'dead-letter' | 'retry' | 'unrouted';

export interface QueueName {
  name: string;
  role: QueueRole;
  /** The service it belongs to, or the pause of a retry rung in milliseconds. */
  of: string;
}

/** `null` means that the broker has no such queue. */
export interface QueueState extends QueueName {
  messages: number | null;
  consumers: number | null;
  /** What is not as it should be, in one word; null when all is well. */
  worry: 'missing' | 'nobody-listens' | 'waiting-for-people' | null;
}

export interface Needs {
  names: QueueName[];
  look(names: string[]): Promise<Map<string, { messages: number; consumers: number }>>;
}

/** How full every queue is and whether somebody listens. */
export async function showQueues(needs: Needs): Promise<{ queues: QueueState[] }> {
  const found = await needs.look(needs.names.map(({ name }) => name));
  return {
    queues: needs.names.map((queue) => {
      const state = found.get(queue.name);
      return {
        ...queue,
        messages: state?.messages ?? null,
        consumers: state?.consumers ?? null,
        worry: worryOf(queue.role, state),
      };
    }),
  };
}

function worryOf(role: QueueRole, state: { messages: number; consumers: number } | undefined): QueueState['worry'] {
  if (!state) return 'missing';
  switch (role) {
    case 'work':
    case 'inbox':
    case 'dead-letter':
      return state.consumers === 0 ? 'nobody-listens' : null;
    case 'unrouted':
      return state.messages > 0 ? 'waiting-for-people' : null;
    case 'retry':
      return null;
  }
}
