import type { DeadLetter } from '@caserelay/messaging';
import { describe, expect, test } from '@jest/globals';
import {
  LetterQuery,
  ReplayOrder,
  listLetters,
  replayLetter,
  replayLetters,
  type Needs,
} from './repair-dead-letters.js';

const id = '019390a0-0000-7000-8000-000000000001';
const letter = (state: DeadLetter['state']): DeadLetter => ({
  id,
  service: 'notification',
  eventId: null,
  caseId: null,
  type: null,
  reason: 'failed',
  error: 'boom',
  attempts: 3,
  headers: { secret: 'header' },
  payload: 'long payload',
  firstFailedAt: null,
  deadAt: new Date(0),
  state,
  replays: 0,
  settledBy: null,
  settledBecause: null,
  settledAt: null,
});

function letters(known: DeadLetter | null): Needs & { replayed: (readonly string[])[] } {
  const replayed: (readonly string[])[] = [];
  return {
    replayed,
    list: () => Promise.resolve(known ? [known] : []),
    find: (asked) => Promise.resolve(asked === id ? known : null),
    replay: (ids) => {
      replayed.push(ids);
      return Promise.resolve(known?.state === 'waiting' ? ids.length : 0);
    },
    discard: () => Promise.resolve(),
  };
}

describe('repair dead letters', () => {
  test('a list shows neither payload nor headers', async () => {
    expect(JSON.stringify(await listLetters(LetterQuery.parse({}), letters(letter('waiting'))))).not.toMatch(
      /payload|header/,
    );
  });

  test('replays those of a kind', async () => {
    const needs = letters(letter('waiting'));

    expect(await replayLetters({ service: 'notification', limit: 5 }, 'lin', needs)).toBe(1);
    expect(needs.replayed).toEqual([[id]]);
  });

  test('replays nothing when nothing fits', async () => {
    const needs = letters(null);

    expect(await replayLetters({ reason: 'failed', limit: 5 }, 'lin', needs)).toBe(0);
    expect(needs.replayed).toEqual([]);
  });

  test('a letter that was settled is refused, an unknown one is unknown', async () => {
    await expect(replayLetter(id, 'lin', letters(letter('discarded')))).rejects.toThrow(
      /is discarded; only a waiting one/,
    );
    expect(await replayLetter(id, 'lin', letters(null))).toBeNull();
  });

  test.each([
    {},
    { limit: 5 },
    { ids: [] },
    { ids: ['x'] },
    { service: 'nobody' },
    { ids: [id], service: 'intake' },
    { everything: true },
  ])('the order %j is not taken', (order) => {
    expect(ReplayOrder.safeParse(order).success).toBe(false);
  });
});
