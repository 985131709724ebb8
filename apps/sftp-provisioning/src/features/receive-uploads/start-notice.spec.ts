import type { Tell } from '@caserelay/messaging';
import { expect, it } from '@jest/globals';
import { StartNotice } from './start-notice.js';

const upload = { uploadId: 'u', spaceId: 's', caseId: 'c', location: 'uploads/c/u/a.dmp' };

/** What is kept about one upload, and what transactions of the notice's own have told. */
function desk(fails = 0) {
  let isStarted = false;
  let failures = fails;
  const uploads = {
    markStarted: () => Promise.resolve(isStarted ? false : (isStarted = true)),
  };
  const told: Tell[] = [];
  const transaction = async <Result>(
    work: (given: typeof uploads) => Promise<{ result: Result; tells: Tell[] }>,
  ): Promise<Result> => {
    failures -= 1;
    if (failures >= 0) throw new Error('no database');
    const { result, tells } = await work(uploads);
    told.push(...tells);
    return result;
  };
  const notice = new StartNotice(upload, 'a.dmp', { transaction, warn: () => undefined });
  return { notice, uploads, told };
}

it('tells the start of a small file with what is told at its end, and needs no transaction of its own', async () => {
  const { notice, uploads, told } = desk();
  await notice.bytesCame(4096);
  expect((await notice.tellsWithin(uploads)).map(({ type }) => type)).toEqual(['upload.started']);
  expect(told).toEqual([]);
});

it('tells it at once when enough has come to say what the file is, and never again', async () => {
  const { notice, uploads, told } = desk();
  await notice.bytesCame(64 * 1024);
  await notice.bytesCame(128 * 1024);
  expect(told).toHaveLength(1);
  expect(await notice.tellsWithin(uploads)).toEqual([]);
});

it('fails the write that could not tell it, and tells it with the next', async () => {
  const { notice, told } = desk(1);
  await expect(notice.bytesCame(64 * 1024)).rejects.toThrow('no database');
  await notice.bytesCame(128 * 1024);
  expect(told).toHaveLength(1);
});
