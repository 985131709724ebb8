import type { Evidence } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { answeredByFile, answeredByWords } from './checklist.js';
import { engineer, finding, GivenCase, id, truncated } from './given-case.js';

const answered = ({ state }: GivenCase): Evidence[] =>
  state.phase === 'unopened' ? [] : (state.known.answered ?? []).map(({ evidence }) => evidence);

describe('what has come answers what was asked', () => {
  it.each([
    ['appwiz.jpg', 'image', ['installed-programs']],
    ['软件列表.txt', 'text', ['installed-programs']],
    ['installed_programs.csv', 'other', ['installed-programs']],
    ['SDP_2020-05-07.cab', 'archive', ['collected-logs']],
    ['系统日志.zip', 'archive', ['collected-logs']],
    ['System.evtx', 'other', ['collected-logs']],
    ['msinfo32.nfo', 'document', ['collected-logs']],
    ['蓝屏照片.jpg', 'image', []],
    ['catalogue.pdf', 'document', []],
    ['software.zip', 'archive', []],
  ] as const)('%s, %s: %j', (name, kind, evidence) => {
    expect(answeredByFile(name, kind)).toEqual(evidence);
  });

  it.each([
    ['系统是 Windows 10 1809', ['os-version']],
    ['win10 专业版', ['os-version']],
    ['It is Windows Server 2019.', ['os-version']],
    ['版本号：17763.592', ['os-version']],
    ['是的，V2020-L', ['os-version']],
    ['每次打开用友后就会蓝屏', ['reproduction-steps']],
    ['It happens when SQL Server starts, on Windows 11', ['os-version', 'reproduction-steps']],
    ['明天安排现场收集', []],
    ['Case number 17763', []],
    ['Windows 101 is a course', []],
  ] as const)('%s: %j', (text, evidence) => {
    expect(answeredByWords(text)).toEqual(evidence);
  });
});

describe('a reminder', () => {
  it('leaves out what the customer has told or sent', () => {
    const given = GivenCase.awaitingEvidence().mail('update', { text: '系统是 Windows 10 1809' });
    expect(given.ring().told[0]?.data).toMatchObject({ wanted: ['full-dump', 'reproduction-steps'] });
  });

  it('asks for a full dump again when a lesser one follows', () => {
    const given = GivenCase.awaitingEvidence().upload(1);
    given.analysed(1, { findings: [finding()], holdsFullDump: true });
    expect(answered(given)).toEqual(['full-dump', 'os-version']);
    given.person({ type: 'archive', summary: null }).person({ type: 'reopen', reason: 'again' });
    expect(answered(given)).toEqual([]);
    given.upload(2).analysed(2, { findings: [truncated] });
    expect(answered(given)).toEqual(['os-version']);
    given.letTimePass('2020-05-20T09:00:00+08:00');
    const reminded = given.told.find(({ type }) => type === 'case.customer-reminded');
    expect(reminded?.data).toMatchObject({ wanted: ['full-dump'] });
  });
});

describe('the first request', () => {
  it('does not ask for what the report has said', () => {
    const given = new GivenCase().report({ owner: engineer }).mail('problem', { text: '系统是 Windows 10 1809' });
    expect(given.takeSpace().told.at(-1)?.data).toMatchObject({ wanted: ['full-dump', 'reproduction-steps'] });
  });
});

describe('the checklist', () => {
  it('says which upload or mail answered, the first of them', () => {
    const given = GivenCase.awaitingEvidence().mail('update', { mailId: id(7), text: 'Windows 11' });
    given
      .mail('update', { mailId: id(8), text: 'Windows 10' })
      .upload(1)
      .recognised(1);
    const { state } = given;
    expect(state.phase === 'unopened' ? [] : state.known.answered).toMatchObject([
      { evidence: 'os-version', mailId: id(7) },
      { evidence: 'installed-programs', uploadId: id(1) },
    ]);
  });

  it('is put right by a person', () => {
    const given = GivenCase.awaitingEvidence().mail('update', { text: 'Windows 11' });
    given.person({ type: 'tick-evidence', evidence: 'os-version', isHere: false });
    expect(answered(given)).toEqual([]);
    given.person({ type: 'tick-evidence', evidence: 'collected-logs', isHere: true });
    const { state } = given;
    expect(state.phase === 'unopened' ? [] : state.known.answered).toMatchObject([{ by: engineer }]);
    expect(given.person({ type: 'tick-evidence', evidence: 'collected-logs', isHere: true }).history.at(-1)?.type).toBe(
      'evidence.answered',
    );
  });

  it('does not take a customer’s acknowledgement for an answer', () => {
    expect(answered(GivenCase.awaitingEvidence().mail('acknowledgement', { text: 'Windows 10, ok' }))).toEqual([]);
  });
});
