import { afterEach, describe, expect, test } from '@jest/globals';
import type { TimelineEntry } from '../../case-story.js';
import { LiveFeed, type Message } from './live-feed.js';

const entry = (id: number, caseId = 'a'): TimelineEntry => ({
  id: String(id),
  eventId: `event-${id}`,
  caseId,
  at: '2019-12-24T00:00:00.000Z',
  heardAt: '2019-12-24T00:00:00.000Z',
  type: 'letter.sent',
  source: 'notification',
  sequence: null,
  causationId: null,
  headline: { zh: '', en: '' },
  data: {},
});

let feed: LiveFeed | null = null;
afterEach(async () => {
  await feed?.stop();
});

function table(count: number) {
  const entries = Array.from({ length: count }, (_, index) => entry(index + 1));
  const looks: string[] = [];
  feed = new LiveFeed(
    {
      lastPosition: () => Promise.resolve(entries.at(-1)?.id ?? '0'),
      findHeardAfter: (position, limit) => {
        looks.push(position);
        return Promise.resolve(entries.filter(({ id }) => BigInt(id) > BigInt(position)).slice(0, limit));
      },
      findSummaries: () => Promise.resolve([]),
      lookFailed: (error) => {
        throw error;
      },
    },
    { lookEveryMilliseconds: 5 },
  );
  return { feed, looks, add: (caseId = 'a') => entries.push(entry(entries.length + 1, caseId)) };
}

function listener(caseId: string | null = null, mostUnread = Infinity) {
  const heard: Message[] = [];
  return {
    caseId,
    heard,
    ids: () => heard.map((message) => (message.kind === 'entry' ? Number(message.entry.id) : message.kind)),
    send: (message: Message) => heard.push(message) <= mostUnread,
  };
}

async function until(fact: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!fact()) {
    if (Date.now() > end) throw new Error('the fact did not come within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('LiveFeed', () => {
  test('tells what is new from now on, in order and once', async () => {
    const { feed, add } = table(3);
    const lin = listener();
    await feed.follow(lin, null);

    add();
    await until(() => lin.heard.length === 1);
    add();
    add();
    await until(() => lin.heard.length === 3);

    expect(lin.ids()).toEqual([4, 5, 6]);
  });

  test('one that resumes gets all it missed, more than a page, without a gap', async () => {
    const { feed, add } = table(1200);
    const lin = listener();
    await feed.follow(lin, '7');
    add();

    await until(() => lin.heard.length === 1194);

    expect(lin.ids()).toEqual(Array.from({ length: 1194 }, (_, index) => index + 8));
  });

  test('one that missed too much is sent to read the page again and goes on from there', async () => {
    const { feed, add } = table(5_002);
    const lin = listener();
    await feed.follow(lin, '1');
    add();
    await until(() => lin.heard.length === 2);

    expect(lin.ids()).toEqual(['reload', 5_003]);
  });

  test('one who watches a case hears of no other', async () => {
    const { feed, add } = table(0);
    const lin = listener('b');
    const all = listener();
    await feed.follow(lin, null);
    await feed.follow(all, null);
    add('a');
    add('b');
    await until(() => all.heard.length === 2 && lin.heard.length === 1);

    expect(lin.ids()).toEqual([2]);
  });

  test('listeners that are up to date share one look', async () => {
    const { feed, looks } = table(3);
    await Promise.all(Array.from({ length: 20 }, () => feed.follow(listener(), null)));
    await until(() => looks.length > 3);
    looks.length = 0;
    await until(() => looks.length >= 2);

    expect(looks.length).toBeLessThan(5);
  });

  test('one that reads too slowly is forgotten; the others stay', async () => {
    const { feed, add } = table(0);
    const slow = listener(null, 0);
    const lin = listener();
    await feed.follow(slow, null);
    await feed.follow(lin, null);
    add();
    add();
    await until(() => lin.heard.length === 2);

    expect(slow.heard.length).toBe(1);
    expect(feed.listeners).toBe(1);
  });

  test('nobody looks while nobody listens', async () => {
    const { feed, looks } = table(3);
    const leave = await feed.follow(listener(), null);
    await until(() => looks.length > 0);
    leave();
    await feed.stop();
    const before = looks.length;
    await new Promise((resolve) => setTimeout(resolve, 30));

    expect(looks.length).toBe(before);
  });
});
