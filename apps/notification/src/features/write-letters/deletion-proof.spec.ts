import type { PurgedFile } from '@caserelay/contracts';
import { describe, expect, test } from '@jest/globals';
import { composeLetter } from './compose-letter.js';
import { attachmentsOf } from './deletion-proof.js';
import { given, settings } from './given-letter-event.js';

const event = given('case.evidence-purged', 'en');
const [first] = event.data.files as [PurgedFile, ...PurgedFile[]];
const named = (...names: string[]) => ({ ...event.data, files: names.map((name) => ({ ...first, name })) });
const csvOf = (...names: string[]): string => attachmentsOf(named(...names))[1]?.content ?? '';

describe('the proof of deletion', () => {
  test('goes along as JSON and as CSV that hold the same files, with hash and times', () => {
    const [json, csv] = attachmentsOf(event.data);
    expect([json?.name, csv?.name]).toEqual([
      'deletion-proof-CAS-02227-X4W1B1.json',
      'deletion-proof-CAS-02227-X4W1B1.csv',
    ]);
    const proof = JSON.parse(json?.content ?? '') as typeof event.data;
    expect(proof).toMatchObject({ account: 'sxmtdzjt', filesInAll: 5, kept: 1, files: event.data.files });
    const lines = csv?.content.trimEnd().split('\r\n') ?? [];
    expect(lines[0]).toBe('\ufeffkind,name,bytes,sha256,receivedAt,purgedAt');
    expect(lines).toHaveLength(1 + event.data.files.length);
    expect(lines[1]).toBe(
      `upload,0507/MEMORY.zip,1000000,${first.sha256},2020-05-07T09:25:12.000Z,2020-12-07T01:00:02.114Z`,
    );
    expect(lines[2]).toContain('MEMORY.DMP,1000000,,');
  });

  test.each(['=HYPERLINK("http://x")', '+1', '-1', '@x', ' =1', '\t=1'])('makes no formula of %j', (name) => {
    expect(csvOf(name)).toContain(`"'${name.replaceAll('"', '""')}"`);
  });

  test('keeps names with commas, quotes and line breaks in their cell', () => {
    expect(csvOf('a,"b"\nc')).toContain('upload,"a,""b""\nc",');
  });

  test('is named so that no case number leaves the folder', () => {
    const file = { ...event.data.file, caseNumber: '../../etc/x' };
    expect(attachmentsOf({ ...event.data, file })[0]?.name).toBe('deletion-proof-_etc_x.json');
  });

  test('says in its letter which files are gone, which were never whole, and what stays', () => {
    const letter = composeLetter(event, settings);
    for (const words of ['0507/MEMORY.zip', first.sha256, 'never received whole', 'other case', '2020-12-07 09:00'])
      expect(letter?.text).toContain(words);
    expect(letter?.attachments).toHaveLength(2);
  });

  test('shows some files of many and says where the others stand', () => {
    const many = named(...Array.from({ length: 30 }, (_, index) => `file${index}.txt`));
    const { text } = composeLetter({ ...event, data: { ...many, filesInAll: 700 } }, settings) ?? { text: '' };
    expect(text).toContain('file19.txt');
    expect(text).not.toContain('file20.txt');
    expect(text).toContain('680 more');
    expect(text).toContain('list 30 of them');
  });

  test('is no letter when nothing was there to be removed', () => {
    const nothing = { ...event.data, files: [], filesInAll: 0, bytesInAll: 0 };
    expect(composeLetter({ ...event, data: nothing }, settings)).toBeNull();
  });
});
