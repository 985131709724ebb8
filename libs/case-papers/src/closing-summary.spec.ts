import { factsForSummary } from '@caserelay/case-lifecycle';
import { ClosingSummary } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { closingSummary } from './closing-summary.js';
import { contact, engineer, finding, GivenCase } from './given-case.js';

const zone = 'Asia/Shanghai';
const chinese = { language: 'zh-CN' as const, zone };

function planned(): GivenCase {
  return new GivenCase('2020-04-28T10:04:00.000Z')
    .report({ contact, owner: engineer, problem: '用户安装一些财务软件后不定时发生蓝屏现象' })
    .takeSpace()
    .upload(1, 'MEMORY1.zip')
    .analysed(1, { nextSteps: ['enable-special-pool'] })
    .at('2020-06-01T09:54:00.000Z')
    .mail('update', '镜像问题，我先解决下镜像问题。');
}

const draftOf = (given: GivenCase, reader = chinese) =>
  closingSummary(factsForSummary(given.state, given.now), null, reader);

describe('the closing summary', () => {
  it('tells problem, cause, what was done and how to take back what should not stay', () => {
    const summary = draftOf(planned());
    expect(ClosingSummary.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
    expect(summary.problem).toContain('财务软件');
    expect(summary.cause.findings[0]).toContain('0x1e KMODE_EXCEPTION_NOT_HANDLED');
    expect(summary.cause.suspect?.name).toContain('Ntfs.sys 10.0.17763.592');
    expect(summary.done.steps.join()).toContain('Special Pool');
    expect(summary.advice.map(({ title }) => title).join()).toContain('关闭 Special Pool');
    expect(summary.lastHeard?.text).toContain('镜像问题');
    for (const fact of ['财务软件', 'Ntfs.sys', '关闭 Special Pool', '镜像问题']) expect(summary.text).toContain(fact);
  });

  it('says of an open case that it is a draft, and of an archived one what came of watching it', () => {
    const given = planned();
    expect(draftOf(given).text).toContain('草稿');
    expect(draftOf(given).observation).toBeNull();
    given.at('2020-06-20T09:54:00.000Z').ring();
    expect(given.state.phase).toBe('observing');
    expect(draftOf(given).observation).toContain('观察尚未结束');
    given.at('2020-07-20T09:54:00.000Z').ring();
    const archived = given.history.find((event) => event.type === 'case.archived');
    if (archived?.type !== 'case.archived') throw new Error('expected the silence to archive the case');
    const { because, engineerSummary, retention: _, links: __, ...told } = archived.data;
    const summary = closingSummary(told, { at: archived.at, because, engineerSummary }, chinese);
    expect(summary.observation).toContain('没有收到新的蓝屏');
    expect(summary.text).not.toContain('草稿');
  });

  it('says that an observation was cut short by an engineer, and does not claim that nothing came', () => {
    const given = planned().at('2020-06-20T09:54:00.000Z').ring().at('2020-06-21T09:54:00.000Z');
    const told = factsForSummary(given.state, given.now);
    const ending = { at: given.now, because: 'closed-by-engineer' as const, engineerSummary: null };
    const { observation } = closingSummary(told, ending, { language: 'en', zone });
    expect(observation).toContain('An engineer closed the case before');
    expect(observation).not.toContain('No new blue screen');
  });

  it('names no cause, no suspect and no step where there is none, and says so', () => {
    const bare = new GivenCase('2020-04-28T10:04:00.000Z').report();
    const summary = draftOf(bare, { language: 'en' as never, zone });
    expect(summary).toMatchObject({ problem: null, cause: { findings: [], suspect: null }, lastHeard: null });
    expect(summary.missing).toEqual(['problem', 'end-customer', 'cause']);
    expect(summary.text).toContain('the cause is unknown');
    expect(summary.text).toContain('No steps were suggested');
  });

  it('advises to keep the next dump only while no complete full dump has come', () => {
    expect(draftOf(planned()).advice.map(({ title }) => title)).not.toContain('如果蓝屏再次出现');
    const kernel = new GivenCase('2020-04-28T10:04:00.000Z')
      .report({ contact })
      .takeSpace()
      .upload(1, 'MEMORY1.zip')
      .analysed(1, { findings: [finding({ kind: 'kernel' })], holdsFullDump: false });
    expect(draftOf(kernel).advice.map(({ title }) => title)).toContain('如果蓝屏再次出现');
  });
});
