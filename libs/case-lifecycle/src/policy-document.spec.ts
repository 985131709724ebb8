import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { clocksWith, givenPolicy } from './given-policy.js';
import { readPolicyDocument } from './policy-document.js';
import { countriesOf, fitOf, standardPolicy } from './policy.js';
import { standardPolicyDocument, standardPolicyText } from './standard-policy.data.js';

const standard = standardPolicyDocument as Record<string, object>;
const read = (news: object) => () => readPolicyDocument({ ...standard, ...news });
const level = (news: object) =>
  clocksWith({ analysis: { goals: '8h', levels: [{ at: '100%', tell: ['duty'], every: '1d', ...news }] } });

describe('the standard policy', () => {
  it('is in the library as its file says; run `npm run policies` after a change', () => {
    const text = readFileSync(join(import.meta.dirname, '../policies/standard.yaml'), 'utf8');
    expect(standardPolicyText).toBe(text);
    expect(standardPolicyDocument).toEqual(parse(text));
  });

  it('asks for the holidays of mainland China, which definePolicy must be given', () => {
    expect(countriesOf(standardPolicy.document)).toEqual(['cn']);
    expect(() => givenPolicy({}, {})).not.toThrow();
  });
});

describe('a document', () => {
  it.each<[string, object, string]>([
    ['a key nobody knows', { graces: 1 }, 'document: expected no key graces, found {"name":"standard"'],
    [
      'a slip in a span',
      { wrongDump: { quiet: '4 hours' } },
      'wrongDump.quiet: expected a span such as 30s, 20min, 8h, 1h30min or 3d, up to ten years, found "4 hours"',
    ],
    ['no span at all', { wrongDump: {} }, 'wrongDump.quiet: expected string, found nothing'],
    ['an unknown priority', { priority: 'urgent' }, 'priority: expected one of "p1"|"p2"|"p3"|"p4", found "urgent"'],
    [
      'a calendar that is not there',
      clocksWith({ engineer: { calendar: 'night', goals: '2d' } }),
      'clocks.engineer.calendar: expected one of the calendars: office, found "night"',
    ],
    [
      'hours for customers of a calendar that is not there',
      { customerHours: 'night' },
      'customerHours: expected one of the calendars: office, found "night"',
    ],
    [
      'goals of some priorities only',
      clocksWith({ engineer: { goals: { p1: '1h' } } }),
      'clocks.engineer.goals.p2: expected string, found nothing',
    ],
    [
      'a percentage without its sign',
      level({ at: '75' }),
      'clocks.analysis.levels.0.at: expected a part of the goal from 1% to 999%, found "75"',
    ],
    [
      'nobody to tell',
      level({ tell: ['boss'] }),
      'clocks.analysis.levels.0.tell.0: expected owner, senior-engineer, duty or { name, address }, found "boss"',
    ],
    [
      'a last level that tells once',
      level({ every: undefined }),
      'clocks.analysis.levels.0.every: expected a span: the last level goes on until somebody acknowledges it, found nothing',
    ],
    [
      'a period of nonsense',
      { calendars: { office: { zone: 'Asia/Shanghai', week: { monday: ['9-18'] } } } },
      'calendars.office.week.monday.0: expected a period such as 09:00-12:00, found "9-18"',
    ],
    [
      'a country of nonsense',
      { calendars: { office: { zone: 'UTC', week: 'always', holidays: 'China' } } },
      'calendars.office.holidays: expected a country such as cn or de, or a part of one such as de-by, found "China"',
    ],
  ])('with %s says what was found and what is expected', (_, news, problem) => {
    expect(read(news)).toThrow(problem);
  });

  it('names all that is wrong at once', () => {
    expect(read({ priority: 'p9', mornings: { zone: 'UTC', hour: 24 } })).toThrow(/priority: .*; mornings\.hour: /);
  });

  it('refuses levels out of order, one that repeats before the last, and a package elsewhere than at analysis', () => {
    const levels = [
      { at: '100%', tell: ['duty'], every: '1d' },
      { at: '75%', tell: ['duty'], with: 'package', every: '1d' },
    ];
    const broken = read(clocksWith({ 'first-response': { goals: '8h', levels } }));
    expect(broken).toThrow('levels.1.at: expected more than the 100% of the level before, found "75%"');
    expect(broken).toThrow('levels.0.every: expected none: only the last level is told again, found "1d"');
    expect(broken).toThrow('levels.1.with: expected letter: only analysis has a package, found "package"');
  });

  it('is refused as a policy when a calendar cannot be: never open, in no zone, without its holidays', () => {
    const office = { zone: 'Asia/Shanghai', week: { monday: ['09:00-18:00'] } };
    const having = (news: object) => () => givenPolicy({ calendars: { office: { ...office, ...news } } });
    expect(having({ week: {} })).toThrow('calendars.office: is never open');
    expect(having({ zone: 'Asia/Peking' })).toThrow('calendars.office: zone is "Asia/Peking"');
    expect(having({ holidays: 'cn' })).toThrow('calendars.office: makeUpDays is not given');
    expect(having({ holidays: 'xx' })).toThrow('calendars.office.holidays: nobody knows those of "xx"');
    expect(() => givenPolicy({ mornings: { zone: 'Mars', hour: 9 } })).toThrow('mornings: zone is "Mars"');
  });
});

describe('which cases a document is for', () => {
  const document = givenPolicy({
    appliesTo: [{ partner: 'A' }, { partner: 'A', endCustomer: 'B' }, { endCustomer: 'C' }],
  }).document;
  it.each([
    ['A', null, 1],
    ['A', 'B', 2],
    [' a ', 'b', 2],
    [null, 'C', 1],
    ['X', 'B', null],
    [null, null, null],
  ])('partner %s and end customer %s fit by %s', (partner, endCustomer, fit) => {
    expect(fitOf(document, { partner, endCustomer })).toBe(fit);
  });
});
