import { describe, expect, it } from '@jest/globals';
import { parse } from 'node:querystring';
import { formTokenIn, readForm } from './read-form.js';

describe('the form of a plan', () => {
  it('says what differs from what the page had shown, and no more', () => {
    const form = readForm(
      parse('what=plan&list=L&was-1=0&done-1=on&was-2=1&was-3=1&done-3=on&words-3=again&was-4=0&words-4=&done-9=on'),
    );
    expect(form).toMatchObject({
      listId: 'L',
      ticks: [
        { item: 1, isDone: true, words: null },
        { item: 2, isDone: false, words: null },
        { item: 3, isDone: null, words: 'again' },
      ],
    });
  });

  it('is kept to its length, and to text that can be stored', () => {
    const form = readForm({ what: 'plan', 'was-1': '0', 'words-1': ' a\r\nb\u0000\u001b\ud800 ' });
    expect(form).toMatchObject({ ticks: [{ words: 'a\nb\ufffd' }] });
    expect(readForm({ what: 'plan', 'was-1': '0', 'words-1': '好'.repeat(300) })).toMatchObject({ what: 'plan' });
    expect(readForm({ what: 'plan', 'was-1': '0', 'words-1': '好'.repeat(301) })).toMatchObject({
      because: 'too-long',
    });
  });
});

describe('the form of a survey', () => {
  it('is a grade, whether it was solved, and words', () => {
    expect(readForm(parse('what=survey&grade=4&solved=partly&words=%E8%B0%A2%E8%B0%A2'))).toEqual({
      ...{ what: 'survey', grade: 4, solved: 'partly', words: '谢谢' },
    });
    expect(readForm({ what: 'survey', grade: '5', solved: 'yes' })).toMatchObject({ words: null });
  });

  it.each([
    ['no grade', { solved: 'yes' }],
    ['grade 0', { grade: '0', solved: 'yes' }],
    ['grade 6', { grade: '6', solved: 'yes' }],
    ['half a grade', { grade: '4.5', solved: 'yes' }],
    ['an empty grade', { grade: '', solved: 'yes' }],
    ['no word on the problem', { grade: '3' }],
    ['a grade that comes twice', { grade: ['3', '4'], solved: 'no' }],
  ])('with %s is incomplete, and what was written is kept', (_, fields) => {
    expect(readForm({ what: 'survey', words: 'kept', ...fields })).toMatchObject({
      ...{ what: 'unfit', because: 'incomplete', filled: { words: 'kept' } },
    });
  });
});

describe('anything else', () => {
  it.each([undefined, null, 'what=plan', 7, [], {}, { what: 'dance' }, { what: ['plan'] }, parse('__proto__=plan')])(
    'is no form: %j',
    (body) => {
      expect(readForm(body)).toMatchObject({ what: 'unfit', because: 'unknown' });
      expect(formTokenIn(body)).toBe('');
    },
  );
});
