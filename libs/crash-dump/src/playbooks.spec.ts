import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parsePlaybooks, readPlaybooks } from '../scripts/read-playbooks.mjs';
import { bugcheckNames } from './bugcheck-names.data.js';
import { playbooks } from './playbooks.data.js';
import { sentences } from './sentences.data.js';

const sentenceIds = Object.keys(sentences);
const item = `items:
  - id: look
    kind: ask
    title: { en: Look, zh: 查看 }
    steps: [{ en: Look at it, zh: 请查看 }]
    source: [CAS-02227 mail 1]
`;
const play = `plays:
  - id: always
    when: { bugcheck: [0x139] }
    because: { en: it is so, zh: 原因如此 }
    advise: [look]
    source: [https://learn.microsoft.com/]
`;
const parse = (text: string) => () => parsePlaybooks([{ name: 'some.yaml', text }], sentenceIds);

describe('the playbooks', () => {
  it('are in the library as their files say; run `npm run playbooks` after a change', () => {
    expect(playbooks).toEqual(readPlaybooks(join(import.meta.dirname, '../playbooks'), sentenceIds));
  });

  it('know at least 60 bugchecks, each by a code that Microsoft lists', () => {
    const codes = new Set(playbooks.plays.flatMap(({ when }) => when.bugcheck ?? []));
    expect(codes.size).toBeGreaterThanOrEqual(60);
    expect([...codes].filter((code) => !bugcheckNames.has(code))).toEqual([]);
  });

  it('give a warning and a way back with every risk', () => {
    const risky = playbooks.items.filter(({ risk }) => risk !== undefined);
    expect(risky.length).toBeGreaterThan(4);
    for (const { id, warning, undo } of risky)
      expect([id, !!warning?.zh, !!undo?.steps.length]).toEqual([id, true, true]);
  });
});

describe('a playbook file', () => {
  it('is taken when it is whole', () => {
    expect(parse(item + play)().plays[0]?.advise).toEqual(['look']);
  });

  it.each([
    ['a text in one language', 'zh: 请查看', 'zh: ""', 'some.yaml:5: look.steps[0].zh: expected a text, found ""'],
    [
      'English where Chinese belongs',
      'zh: 查看',
      'zh: Look',
      'some.yaml:4: look.title.zh: expected a text in Chinese, found "Look"',
    ],
    ['an unknown field', 'kind: ask', 'kind: ask\n    color: red', 'some.yaml:4: item.color: expected one of id, kind'],
    ['a wrong kind', 'kind: ask', 'kind: asks', 'some.yaml:3: look.kind: expected one of ask, try, warn, found "asks"'],
    [
      'a missing source',
      '    source: [CAS-02227 mail 1]\n',
      '',
      'some.yaml:2: item.source: expected a value, found nothing',
    ],
    [
      'a source that leads nowhere',
      'CAS-02227 mail 1',
      'a friend',
      'some.yaml:6: look.source: expected an https address or a mail',
    ],
    [
      'a risk without warning',
      'kind: ask',
      'kind: ask\n    risk: [boot]',
      'some.yaml:2: look.warning: expected a warning, because the item has a risk',
    ],
    [
      'a risk without a way back',
      'kind: ask',
      'kind: ask\n    risk: [boot]',
      'some.yaml:2: look.undo: expected a way back, because the item has a risk',
    ],
    [
      'an unknown item',
      'advise: [look]',
      'advise: [look, leap]',
      'some.yaml:8: always.advise: expected the id of an item, found "leap"',
    ],
    [
      'a play without conditions',
      '{ bugcheck: [0x139] }',
      '{}',
      'some.yaml:9: always.when: expected at least one condition, found {}',
    ],
    [
      'a code that is no number',
      '0x139',
      'fast',
      'some.yaml:9: always.when.bugcheck: expected a number such as 0x139, found "fast"',
    ],
    [
      'a version that is none',
      '{ bugcheck: [0x139] }',
      '{ module: { name: Ntfs.sys, below: 10.0 } }',
      'always.when.module.below: expected a version such as 10.0.17763.592, found 10',
    ],
    ['an unknown sentence', '{ bugcheck: [0x139] }', '{ noted: [it-rains] }', 'always.when.noted: expected one of'],
    [
      'a driver that nobody suspects',
      'en: it is so',
      'en: "it is {driver}"',
      'some.yaml:10: always.because: expected no {driver}, because the play asks for no culprit',
    ],
    [
      'an unknown value in a text',
      'en: Look at it',
      'en: "Look at {it}"',
      'look.steps[0].en: expected only {driver} and {version} between braces, found "{it}"',
    ],
    ['broken YAML', 'kind: ask', 'kind: [ask', 'some.yaml:4: YAML:'],
  ])('with %s says file, line, field, and what was expected', (_, whole, broken, fault) => {
    const text = item + play;
    expect(text).toContain(whole);
    expect(parse(text.replace(whole, broken))).toThrow(fault);
  });

  it('may neither name an item twice, nor leave one unused, nor say the same text in two', () => {
    const second = item.replace('items:\n', '');
    expect(parse(item + second + play)).toThrow(
      'some.yaml:7: id: expected a name that is used once, found "look" again',
    );
    const other = second.replace('id: look', 'id: look-again');
    expect(parse(item + other + play)).toThrow('found "Look at it", which look says too');
    expect(parse(item + other + play)).toThrow('expected an item that a play advises, found "look-again"');
  });
});
